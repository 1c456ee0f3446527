//! `trave man`: the manual pages.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;

use crate::cli::{Cli, Man};
use crate::failure::Failure;
use crate::output::stdout;

/// Runs the command.
pub(crate) fn run(arguments: &Man) -> anyhow::Result<()> {
    let mut out = stdout();
    match &arguments.folder {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            out.write_all(&page)?;
        }
        Some(folder) => {
            let written = write_all(folder).map_err(|error| {
                let folder = folder.display();
                Failure::new(format!("`{folder}` cannot be written to: {error}"))
                    .next("give a folder that you may write to")
            });
            written?;
            writeln!(out, "`{}`: a page for trave and for each command", folder.display())?;
        }
    }
    out.flush()?;
    Ok(())
}

fn write_all(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)
}
