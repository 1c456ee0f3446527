//! Pages as a browser shows them: Chromium without a window.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::chromium::chromium;

/// What a browser makes of a page.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The document after its scripts have run.
    pub(crate) document: String,
    /// What it wrote to its console: errors of scripts, and what the policy of the page forbids.
    pub(crate) console: Vec<String>,
}

/// Opens a file, with something behind its name perhaps: `#level=error`.
#[track_caller]
pub(crate) fn open(page: &Path, address_end: &str) -> Opened {
    let profile = tempfile::tempdir().unwrap();
    let mut browser = Command::new(chromium());
    browser
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        .args(["--no-first-run", "--disable-background-networking", "--disable-component-update"])
        .args(["--disable-default-apps", "--disable-sync", "--disable-extensions"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        // Time stands still while something is left to do, and the rest of it is not waited for.
        .args(["--virtual-time-budget=5000", "--enable-logging=stderr", "--dump-dom"])
        .arg(format!("file://{}{address_end}", page.display()));
    let output = browser.output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{log}");
    let console = log.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect();
    Opened { document: String::from_utf8(output.stdout).unwrap(), console }
}

/// Opens a page with a script behind its own ones, which does what a user would. The page forbids
/// scripts that are not its own: its copy allows them, and only that.
#[track_caller]
pub(crate) fn open_and_do(page: &Path, script: &str) -> Opened {
    let text = fs::read_to_string(page).unwrap();
    let (policy, rest) = text.split_once("script-src ").unwrap();
    let (_, rest) = rest.split_once(';').unwrap();
    let text = format!("{policy}script-src 'unsafe-inline';{rest}");
    let (before, after) = text.rsplit_once("</body>").unwrap();
    let used = page.with_extension("used.html");
    fs::write(&used, format!("{before}<script>{script}</script></body>{after}")).unwrap();
    open(&used, "")
}
