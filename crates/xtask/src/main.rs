//! What developers run beside cargo itself: `cargo xtask COMMAND`.

#![expect(clippy::print_stdout, reason = "a tool for developers speaks on the terminal")]

mod bench;
mod bless;
mod docs;
mod new_rule;
mod peak;
mod peers;
mod repository;
mod test;

use anyhow::bail;

const USAGE: &str = "\
cargo xtask COMMAND

  test [ARGUMENTS]     every test of the workspace; arguments go to cargo test
  bless [FILTER]       accept what the program prints now as what tests expect
  new-rule FAMILY/NAME the two files of a new rule
  bench [--runs N] DIR...  time and memory against oxlint and Biome on these trees
  docs                 the documentation of every crate, warnings denied";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else { bail!("{USAGE}") };
    match command.as_str() {
        "test" => test::run(rest),
        "bless" => bless::run(rest),
        "new-rule" => new_rule::run(rest),
        "bench" => bench::run(rest),
        "docs" => docs::run(rest),
        _ => bail!("unknown command `{command}`\n\n{USAGE}"),
    }
}
