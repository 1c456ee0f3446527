//! Standard output and standard error: colour, progress, and who is listening.

use std::env;
use std::io::{self, BufWriter, IsTerminal, StdoutLock};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use trave_report::Color;

use crate::cli::{Common, When};

/// How often the progress line moves.
const TICK: Duration = Duration::from_millis(100);

/// Standard output, written in large pieces.
pub(crate) fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// Whether standard output gets colour.
pub(crate) fn color(when: When) -> Color {
    let wanted = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => io::stdout().is_terminal() && !is_refused(),
    };
    if wanted { Color::Ansi } else { Color::Plain }
}

fn is_refused() -> bool {
    env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || env::var_os("TERM").is_some_and(|value| value == "dumb")
}

/// A line on standard error that says what is being done, on a terminal only.
pub(crate) fn progress(common: &Common) -> ProgressBar {
    if common.no_progress || !io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(TICK);
    bar
}
