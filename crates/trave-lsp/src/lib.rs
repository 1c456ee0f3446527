//! The language server: what the command line says, while the code is typed.
//!
//! One thread speaks with the editor and answers; another owns the projects and analyses them.
//! Everything that is answered comes from the model that the rules see too.

mod actions;
mod capabilities;
mod client;
mod commands;
mod complete;
mod describe;
mod diagnostics;
mod documents;
mod edits;
mod hover;
mod lens;
mod lifecycle;
mod navigate;
mod new_migration;
mod notifications;
mod pages;
mod place;
mod positions;
mod progress;
mod publish;
mod requests;
mod server;
mod settings;
mod silence;
mod snapshot;
mod sql_names;
mod stdio;
mod symbols;
mod tokens;
mod uri;
mod words;
mod worker;

use std::io::{self, Read, Write};

use trave_engine::rule::Rule;

pub use server::Ending;

/// Serves one client over two streams until it leaves.
pub fn serve(
    rules: &'static [&'static Rule],
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> io::Result<Ending> {
    let (connection, writer) = stdio::connect(input, output)?;
    let ending = server::serve(&connection, rules)?;
    drop(connection);
    writer.finish();
    Ok(ending)
}
