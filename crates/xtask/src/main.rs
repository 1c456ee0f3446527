//! The chores of this repository, as `cargo xtask CHORE`: one module each.
//! Nothing here is part of the program.

#![expect(clippy::print_stdout, reason = "chores talk to the person who started them")]
#![expect(clippy::print_stderr, reason = "chores talk to the person who started them")]

mod bench;
mod bless;
mod docs;
mod new_rule;
mod package;
mod process;
mod requirements;
mod test;
mod tools;
mod workflows;

use std::process::ExitCode;

use process::Outcome;

const USAGE: &str = "\
cargo xtask CHORE

  test                           install what the tests need, then run all of them
  bench [--rounds N] FOLDER...   time a cold `trave check` against oxlint and Biome
  bench replay [--rounds N] [FOLDER...]
                                 time the replay of migrations against bare sqlparser
  bench editor [--rounds N] FOLDER...
                                 time an editor that waits for `trave lsp`
  bench session [FOLDER...]      time keystrokes in a project that stays in memory
  bless [NAME]                   accept what rules, fixtures and --help print now
  new-rule FAMILY/NAME           write the page and the function of a new rule
  package npm|vscode|wheel [--target TRIPLE] [--binary FILE]
                                 make what people install, below target/
  workflows                      check what CI services read, and the hook for pre-commit
  docs                           check links and build the documentation
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[&str]) -> anyhow::Result<Outcome> {
    match arguments {
        ["test", rest @ ..] => test::run_all(rest),
        ["bench", rest @ ..] => bench::run_bench(rest),
        ["bless"] => bless::run_bless(None),
        ["bless", name] => bless::run_bless(Some(name)),
        ["new-rule", id] => new_rule::write_rule(id),
        ["package", rest @ ..] => package::run_package(rest),
        ["workflows"] => workflows::run_checks(),
        ["docs"] => docs::run_checks(),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(Outcome::Success)
        }
        [] => anyhow::bail!("which chore?\n\n{USAGE}"),
        [name, ..] => anyhow::bail!("`{name}` cannot be done like this\n\n{USAGE}"),
    }
}
