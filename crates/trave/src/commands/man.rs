//! `trave man`: the manual pages.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::cli::{self, Cli};
use crate::failure::Failure;
use crate::output::stdout;

/// Runs the command.
pub(crate) fn run(arguments: &cli::Man) -> anyhow::Result<()> {
    let mut command = Cli::command();
    command.build();
    let mut out = stdout();
    match &arguments.folder {
        None => out.write_all(&page(command)?)?,
        Some(folder) => {
            let count = write_all(&command, folder).map_err(|error| {
                let folder = folder.display();
                Failure::new(format!("`{folder}` cannot be written to: {error}"))
                    .next("give a folder that you may write to")
            })?;
            writeln!(out, "`{}`: {count} pages written", folder.display())?;
        }
    }
    out.flush()?;
    Ok(())
}

/// Writes the page of the program and one for each command; how many.
fn write_all(command: &Command, folder: &Path) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    let parts = command.get_subcommands().filter(|part| part.get_name() != "help");
    let mut count = 0;
    for part in std::iter::once(command).chain(parts) {
        // `trave check` is called `trave-check` once its command is built.
        let name = part.get_display_name().unwrap_or("trave").to_owned();
        let part = part.clone().name(name.clone());
        fs::write(folder.join(format!("{name}.1")), page(part)?)?;
        count += 1;
    }
    Ok(count)
}

fn page(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    Ok(page)
}
