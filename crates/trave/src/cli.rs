//! The command line as clap reads it. The texts are what `--help` prints and `docs/cli.md` keeps.

mod fix;
mod teams;

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use trave_report::Format;

use crate::reports::ReportFile;

pub(crate) use fix::Fix;
pub(crate) use teams::{
    BaselineCommand, Ci, Hook, Init, KnownFindings, Man, PresetName, SettingsCommand, Whether,
};

/// Checks the beam between a TypeScript backend and its SQL database.
///
/// trave replays the migrations into a schema, finds every route and every query behind it, and
/// reports where the two do not carry each other. It runs neither side, connects to nothing, and
/// changes no code unless `trave fix` is asked to.
#[derive(Debug, Parser)]
#[command(
    name = "trave",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  trave check                            the project in this folder
  trave check apps/web --fail-on warning  warnings fail too
  trave fix --dry-run                    what can be mended without a thought, as a diff
  trave init                             settings, known findings, CI, pre-commit hook
  trave explain rls/table-without-rls    what a rule is about and what to do
  trave routes                           every way in: who may take it, what it queries
  trave path GET /api/boats boats        how a handler comes to query a table
  trave access                           every table: who may read and change which rows
  trave map                              all of it as a page to look at

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 trave could not run.
Settings: trave.toml in the folder or above it; none is needed."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What every command understands.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// A settings file, in place of trave.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// When to use colour; `NO_COLOR` is respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
    /// Say what was not read and not understood, and show every place of a finding
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
    /// Show no progress, also on a terminal
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

// What a variant says takes the place of all that its arguments say: some say nothing for that.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report where code and database do not carry each other
    Check(Check),
    /// Mend findings: edit comments and code, and write new migrations
    ///
    /// A migration that is there is never edited, since it may have run: a new one is written
    /// behind the last, for you to read and apply. Known findings are mended too.
    ///
    /// Without `--unsafe`, only those fixes are made that change neither what the program does nor
    /// who may see what: a missing index, `(select auth.uid())` in a policy, an index that does
    /// nothing, a comment that silences nothing.
    Fix(Fix),
    Init(Init),
    Baseline(BaselineCommand),
    /// Print the page of a rule: what goes wrong, examples, what to do
    Explain(Explain),
    /// List every rule with its level
    Rules(Rules),
    /// Print the schema that the migrations leave behind
    Schema(Schema),
    /// Show which rows each role may read and change, and through which policies
    Access(Access),
    Diff(Diff),
    /// List every way in: who may take it, and what happens on it
    ///
    /// With `--verbose`, and for a single way in, all that is known is told: what runs before the
    /// handler and around it, who is asked who they are, what is validated and limited, and in
    /// their order the queries, caches and calls of other services.
    Routes(Routes),
    /// Show why a query belongs to a way in: the calls from the handler to it
    Path(Way),
    /// List every query with the ways in that reach it
    Queries(Listing),
    /// Show which settings hold for a file, or the JSON schema of trave.toml
    Settings(SettingsCommand),
    /// Serve an editor: diagnostics while typing, hover, completion, fixes (docs/editors.md)
    Lsp(Lsp),
    /// Draw ways in, queries and tables as one page for browsers
    ///
    /// The page shows which way in sends which query to which table, with the findings on both
    /// sides, who may see which rows, and what refers to what. It is one file that loads nothing:
    /// open it, mail it, keep it with a build.
    Map(Map),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the manual page, or write one for each command into a folder
    Man(Man),
}

/// Report where code and database do not carry each other.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trave check                          the project in this folder
  trave check --only rls --only jwt    two families of rules
  trave check --since origin/main      what this branch changes, and can it be deployed safely?
  trave check --format json > out.json for other programs (docs/json.md)
  trave check --format github          annotations and a job summary in a GitHub workflow
  trave check --report sarif=trave.sarif --report html=trave.html
                                       files beside what is printed, whatever the exit code
  trave check src/app/api/route.ts     the whole project is read, one file reported

Accept a finding where it stands, with a reason:
  // trave-ignore index/unindexed-filter: ten rows at most
or for a whole object in trave.toml:
  [[ignore]]
  rule = \"index/unindexed-filter\"
  object = \"public.plans\"
  reason = \"ten rows at most\"")]
pub(crate) struct Check {
    /// A folder, or files of a project to report on
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// How findings are written
    #[arg(long, short, value_name = "FORMAT", default_value = "terminal")]
    pub(crate) format: CheckFormat,
    /// Also write a report to a file, in any of these formats; can be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(crate) report: Vec<ReportFile>,
    /// The least level that makes the exit code 1 [default: error]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) fail_on: Option<FailOn>,
    /// Run only this rule, or the rules of this family; can be repeated
    #[arg(long, visible_alias = "rule", value_name = "RULE")]
    pub(crate) only: Vec<String>,
    /// The folder of migrations that all code speaks to
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<String>,
    /// Report only what has to do with changes since this git revision
    ///
    /// The whole project is read. A finding is reported when one of its places is in a file that
    /// was added or changed, committed or not, since the two branches parted; or when it is about
    /// an object of the database that new migrations change. Migrations added or changed since
    /// are judged as not applied yet.
    #[arg(long, value_name = "REF")]
    pub(crate) since: Option<String>,
    #[command(flatten)]
    pub(crate) known: KnownFindings,
    /// Exit with 0 when there is nothing to analyse
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Say on standard error how long each part took
    #[arg(long)]
    pub(crate) timings: bool,
}

/// Print the page of a rule.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The rule, with its family or without
    #[arg(value_name = "RULE")]
    pub(crate) rule: String,
}

/// List every rule with its level.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trave rules                     every rule as its page has it
  trave rules --preset security   the rules of a preset, with the levels they have there

A preset is where settings begin: `extends = [\"strict\"]` in trave.toml.")]
pub(crate) struct Rules {
    /// Only the rules of this preset, with its levels
    #[arg(long, value_name = "PRESET")]
    pub(crate) preset: Option<PresetName>,
    /// How the list is written
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: ListFormat,
}

/// Print the schema that the migrations leave behind.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// A project or a folder of migrations
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Which folder of migrations, where the project has several
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<String>,
    /// How the schema is written
    #[arg(long, short, value_name = "FORMAT", default_value = "sql")]
    pub(crate) format: SchemaFormat,
}

/// Show which rows each role may read and change, and through which policies.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trave access                            every table, every role
  trave access --table notes --role anon  what strangers get of one table
  trave access --format html > access.html")]
pub(crate) struct Access {
    /// A project or a folder of migrations
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Which folder of migrations, where the project has several
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<String>,
    /// Only this table or view; can be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Vec<String>,
    /// Only this role; can be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) role: Vec<String>,
    /// How the matrix is written
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: AccessFormat,
}

/// Show what changed in the schema since a git reference, and how much it can hurt.
///
/// The migrations of both sides are replayed and compared: tables, columns, keys, indexes, views,
/// functions, and which rows each role may see and change. Each change is safe (nothing that runs
/// today notices), needs review, or is dangerous (running code fails, data goes, or strangers see
/// more).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trave diff main                        what this branch changes
  trave diff v1.4 --fail-on dangerous    exit with 1 if something dangerous changed
  trave diff HEAD                        what is not committed yet")]
pub(crate) struct Diff {
    /// The branch, tag or commit to compare with
    #[arg(value_name = "REF")]
    pub(crate) reference: String,
    /// A project or a folder of migrations
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Which folder of migrations, where the project has several
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<String>,
    /// How changes are written
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: ListFormat,
    /// The least class that makes the exit code 1
    #[arg(long, value_name = "CLASS", default_value = "never")]
    pub(crate) fail_on: FailOnChange,
}

/// List every way in.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trave routes                         one line for each way in
  trave routes /api/boats              those with this in their path
  trave routes /api/boats/42           the one that serves this path, in full
  trave routes apps/web '/api/*/trips' of another project, by a pattern
  trave routes --unguarded             where nobody is asked who is calling
  trave routes --method POST --table trips
  trave routes --format json           for other programs (docs/json.md)

guarded says whether callers are turned away before the least guarded query:
  yes         identity, signature or secret was checked
  middleware  only by what runs before, as does layout
  claim       only by a claim of identity that nobody verified
  maybe       by something that could not be followed
  no          anybody gets through")]
pub(crate) struct Routes {
    /// A project, a part or pattern of the paths to show, or both
    #[arg(value_name = "PATH or PATTERN", num_args = 0..=2)]
    pub(crate) what: Vec<String>,
    /// How the list is written
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: ListFormat,
    /// Only this method; can be repeated
    #[arg(long, short, value_name = "METHOD")]
    pub(crate) method: Vec<String>,
    /// Only ways in that query this table; can be repeated
    #[arg(long, short, value_name = "NAME")]
    pub(crate) table: Vec<String>,
    /// Only where queries are reached before anybody has verified who is calling
    #[arg(long)]
    pub(crate) unguarded: bool,
    /// The folder of migrations that all code speaks to
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<String>,
}

/// Show why a query belongs to a way in: the calls from the handler to it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trave path GET /api/boats boats
  trave path DELETE /api/boats/42 trips
  trave path POST '/api/boats/[id]' trips apps/web --format json

Each line is a place in the code: the handler, the calls in between, the query.")]
pub(crate) struct Way {
    /// The method; the name of a server action; `*` for any
    #[arg(value_name = "METHOD")]
    pub(crate) method: String,
    /// The path, as `trave routes` lists it or as a request has it
    #[arg(value_name = "ROUTE")]
    pub(crate) route: String,
    /// The table, or the function of the database
    #[arg(value_name = "TABLE")]
    pub(crate) table: String,
    /// A project
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// How it is written
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: ListFormat,
    /// The folder of migrations that all code speaks to
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<String>,
}

/// What `queries` takes.
#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// A project
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// How the list is written
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: ListFormat,
    /// The folder of migrations that all code speaks to
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<String>,
}

/// Serve an editor over standard input and output.
#[derive(Debug, Args)]
#[command(after_help = "\
Editors start it themselves: docs/editors.md says how to set up VS Code, Neovim, Helix, Zed,
JetBrains, Emacs and Sublime Text. It speaks the Language Server Protocol 3.17.")]
pub(crate) struct Lsp {
    /// Speak over standard input and output, as it always does: some editors insist on saying so
    #[arg(long)]
    pub(crate) stdio: bool,
}

/// Draw ways in, queries and tables as one page for browsers.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trave map                            writes trave-map.html here
  trave map apps/web -o web.html       of another project, to another file
  trave map -o - > public/map.html     to standard output, as it does into a pipe

In the page: / searches, arrows move, Enter tells everything about a row, ? lists the keys.
The address keeps what is shown: send it to show somebody the same.")]
pub(crate) struct Map {
    /// A project
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Where the page is written; `-` for standard output [default: trave-map.html, or standard
    /// output where that is no terminal]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The folder of migrations that all code speaks to
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<String>,
}

/// Print a completion script.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal
    Auto,
    Always,
    Never,
}

/// A format of findings: the list is that of the reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CheckFormat(pub(crate) Format);

impl ValueEnum for CheckFormat {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<[CheckFormat; Format::ALL.len()]> =
            LazyLock::new(|| Format::ALL.map(CheckFormat));
        ALL.as_slice()
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()).help(self.0.about()))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Table,
    /// For programs
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOnChange {
    Dangerous,
    Review,
    /// Changes never change the exit code
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccessFormat {
    /// For people
    Table,
    /// For programs
    Json,
    /// A page for browsers
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaFormat {
    /// Statements that make it anew
    Sql,
    /// An entity relationship diagram for Mermaid
    Mermaid,
    /// For programs
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
    Info,
    /// Findings never change the exit code
    Never,
}
