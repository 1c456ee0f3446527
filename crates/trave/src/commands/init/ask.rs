//! What is not said by an option: asked on a terminal, and else taken as it fits the repository.

use std::io::{self, IsTerminal};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use dialoguer::console::Term;
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, Select};
use trave_engine::{Preset, Report};

use super::repository::Repository;
use crate::cli::{Ci, Hook, Init, Whether};
use crate::failure::Failure;

/// Whether a question waits for its answer: Ctrl-C is one then.
static WAITS: AtomicBool = AtomicBool::new(false);

/// How a program ends that Ctrl-C stopped.
const INTERRUPTED: i32 = 130;

/// Who can be asked, and what was said already.
pub(crate) struct Questions<'a> {
    arguments: &'a Init,
    asks: bool,
}

impl<'a> Questions<'a> {
    pub(crate) fn new(arguments: &'a Init) -> Self {
        let terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        let asks = terminal && !arguments.yes;
        if asks {
            // Without a handler the program ends at once, and the cursor stays hidden.
            let _ = ctrlc::set_handler(|| {
                if !WAITS.load(Ordering::Relaxed) {
                    process::exit(INTERRUPTED);
                }
            });
        }
        Self { arguments, asks }
    }

    /// Where levels begin.
    pub(crate) fn preset(&self) -> Result<Preset, Failure> {
        if let Some(preset) = self.arguments.preset {
            return Ok(preset.into());
        }
        let texts = [
            "recommended: every rule as its page has it",
            "strict: every rule one level higher",
            "security: what lets people see or change what is not theirs",
            "performance: what makes the database slow",
        ];
        let at = self.select("Which rules?", (&texts, 0))?;
        Ok(Preset::ALL.get(at).copied().unwrap_or(Preset::Recommended))
    }

    /// Where the check runs.
    pub(crate) fn places(&self, repository: &Repository) -> Result<(Ci, Hook), Failure> {
        Ok((self.ci(repository)?, self.hook(repository)?))
    }

    /// Whether what was found is known from now on.
    pub(crate) fn baseline(&self, (report, fails): (&Report, bool)) -> Result<bool, Failure> {
        if let Some(whether) = self.arguments.baseline {
            return Ok(whether == Whether::Yes);
        }
        let counts = report.counts();
        let (errors, all) = (counts.errors, report.findings.len());
        if all == 0 || !self.asks {
            return Ok(fails);
        }
        let question = format!(
            "{all} findings, {errors} of them errors. Take them as known, so that only new ones \
             are reported?"
        );
        let theme = ColorfulTheme::default();
        let confirm = Confirm::with_theme(&theme).with_prompt(question).default(fails);
        answered(|| confirm.interact_opt())
    }

    fn ci(&self, repository: &Repository) -> Result<Ci, Failure> {
        if let Some(ci) = self.arguments.ci {
            return Ok(ci);
        }
        let choices = [Ci::Github, Ci::Gitlab, Ci::None];
        let texts = ["GitHub Actions", "GitLab CI", "no CI"];
        let usual = choices.iter().position(|ci| *ci == repository.ci).unwrap_or(2);
        let at = self.select("Where does it run for every change?", (&texts, usual))?;
        Ok(choices.get(at).copied().unwrap_or(Ci::None))
    }

    fn hook(&self, repository: &Repository) -> Result<Hook, Failure> {
        if let Some(hook) = self.arguments.hook {
            return Ok(hook);
        }
        // A hook of the clone is nobody else's: it is written only where it is asked for by name.
        if repository.hook == Hook::None {
            return Ok(Hook::None);
        }
        let texts = [repository.hook_name(), "no hook"];
        let at = self.select("What runs it before a commit?", (&texts, 0))?;
        Ok(if at == 0 { repository.hook } else { Hook::None })
    }

    /// One of several; without anybody to ask, the usual one.
    fn select(&self, question: &str, (texts, usual): (&[&str], usize)) -> Result<usize, Failure> {
        if !self.asks {
            return Ok(usual);
        }
        let theme = ColorfulTheme::default();
        let select = Select::with_theme(&theme).with_prompt(question).items(texts).default(usual);
        answered(|| select.interact_opt())
    }
}

/// An answer; none after Escape or Ctrl-C, and then nothing more is asked. The handler hears of
/// Ctrl-C when it likes: it goes on taking it for an answer.
fn answered<T>(ask: impl FnOnce() -> dialoguer::Result<Option<T>>) -> Result<T, Failure> {
    WAITS.store(true, Ordering::Relaxed);
    let answer = ask();
    let next = "`trave init --yes` asks nothing; `trave init --help` lists what can be said";
    match answer {
        Ok(Some(answer)) => {
            WAITS.store(false, Ordering::Relaxed);
            Ok(answer)
        }
        Err(dialoguer::Error::IO(error)) if error.kind() != io::ErrorKind::Interrupted => {
            Err(Failure::new(format!("nobody answered: {error}")).next(next))
        }
        _ => {
            let _ = Term::stderr().show_cursor();
            Err(Failure::new("stopped: nothing was written").next(next))
        }
    }
}
