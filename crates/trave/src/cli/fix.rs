//! What `trave fix` takes.

use std::path::PathBuf;

use clap::Args;

/// Mend findings.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trave fix --dry-run                     shows what would change, as a diff
  trave fix                               mends what can be mended safely
  trave fix --rule index/unindexed-filter one rule; `--rule index` is a family
  trave fix --unsafe --rule rls --dry-run what needs a look too: who may see rows can change
  trave fix src/app/api                   findings in this folder only

Look at the new files, run the migrations, then `trave check`, and `trave baseline --prune` where
findings were known. A schema declared in code (Prisma, Drizzle …) is changed there: no migration
is written for it.

Exit codes: 0 done, or nothing to do; 1 with --dry-run, where something would change; 2 trave could
not run.")]
pub(crate) struct Fix {
    /// A folder, or files of a project to mend findings in
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Mend only findings of this rule, or of this family; can be repeated
    #[arg(long, visible_alias = "only", value_name = "RULE")]
    pub(crate) rule: Vec<String>,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Make fixes too that somebody has to look at
    #[arg(long = "unsafe")]
    pub(crate) with_unsafe: bool,
    /// The folder of migrations that all code speaks to
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<String>,
}
