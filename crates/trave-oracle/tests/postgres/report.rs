//! What a failing sequence says of itself.

use std::fmt::Write;

use crate::database::{Database, replay, texts};
use crate::property::differences;

/// How many differences are shown.
const LINES: usize = 6;

/// The statements, how the catalogs differ after them, and what only one of both refused.
pub(crate) fn report(database: &mut Database, statements: &[String]) -> String {
    let mut report = String::new();
    for statement in statements {
        let _ = writeln!(report, "    {statement};");
    }
    for difference in differences(database, statements).iter().take(LINES) {
        let _ = writeln!(report, "  {difference}");
    }
    let written = texts(statements);
    let replayed = replay(&written);
    for (number, refusal) in database.try_out(&written).refusals.iter().enumerate() {
        let ours = replayed.failures.iter().find(|(at, _)| *at == number);
        let ours = ours.map(|(_, reason)| reason);
        let theirs = refusal.as_ref().map(|refusal| &refusal.message);
        if ours.is_some() || theirs.is_some() {
            let place = number + 1;
            let _ = writeln!(report, "  statement {place}: PostgreSQL {theirs:?}, trave {ours:?}");
        }
    }
    for notice in replayed.notices {
        let _ = writeln!(report, "  not understood: {notice}");
    }
    report
}
