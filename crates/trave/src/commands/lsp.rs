//! `trave lsp`: serves an editor over standard input and output.

use std::io;
use std::thread;

use anyhow::{Context, anyhow};
use trave_lsp::Ending as Left;
use trave_rules::RULES;

use super::Ending;
use crate::STACK_BYTES;

/// Runs the command. It has threads of its own: one speaks, one analyses.
pub(crate) fn run() -> anyhow::Result<Ending> {
    let serve = || trave_lsp::serve(RULES, io::stdin(), io::stdout());
    let speaker = thread::Builder::new().stack_size(STACK_BYTES).spawn(serve);
    let speaker = speaker.context("no thread could be started")?;
    let left = speaker.join().map_err(|_| anyhow!("the server failed in its own code"))??;
    match left {
        Left::Orderly => Ok(Ending::Clean),
        // The protocol asks for 1 where nobody said `shutdown` before `exit`.
        Left::Abrupt => Ok(Ending::Found),
    }
}
