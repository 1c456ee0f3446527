//! The clock: sqlparser and the replay in turn, round by round, so that what else the machine does
//! meets both alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

use trave_catalog::{Dialect, Migration, MigrationRoot, Replay, replay};
use trave_source::{Sources, Span};
use trave_sql::{Options, Statement, sqlparser_reads};

/// Migrations, and their texts.
pub(crate) struct Input {
    pub(crate) root: MigrationRoot,
    pub(crate) sources: Sources,
}

/// One statement of an input.
pub(crate) struct One<'a> {
    text: &'a str,
    pub(crate) is_read_by_sqlparser: bool,
    pub(crate) is_understood: bool,
    /// It is a function or a block, whose body only the replay reads.
    pub(crate) has_body: bool,
}

/// What an input took: the fastest of all rounds.
pub(crate) struct Times {
    pub(crate) count: usize,
    pub(crate) bytes: usize,
    /// sqlparser, statement by statement.
    pub(crate) sqlparser: Duration,
    /// Our own parsing alone, splitting included.
    pub(crate) parse: Duration,
    /// The whole replay: splitting, parsing, and folding into a catalog.
    pub(crate) replay: Duration,
    /// The replay to sqlparser.
    pub(crate) ratio: f64,
}

impl Input {
    fn options(&self) -> Options {
        let dialect = match self.root.dialect {
            Dialect::Postgres => trave_sql::Dialect::Postgres,
            Dialect::MySql => trave_sql::Dialect::MySql,
            Dialect::Sqlite => trave_sql::Dialect::Sqlite,
        };
        Options { dialect, offset: 0 }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.root.files.iter().filter_map(|migration| {
            let source = self.sources.get(migration.file)?;
            Some(source.slice(migration.part))
        })
    }

    /// Every statement, as it is split.
    pub(crate) fn statements(&self) -> Vec<One<'_>> {
        let options = self.options();
        let mut all = Vec::new();
        for text in self.texts() {
            for parsed in trave_sql::statements(text, options) {
                let span = parsed.span.start as usize..parsed.span.end as usize;
                let Some(text) = text.get(span) else { continue };
                let has_body =
                    matches!(parsed.statement, Statement::CreateFunction(_) | Statement::Do(_));
                all.push(One {
                    text,
                    is_read_by_sqlparser: sqlparser_reads(text, options.dialect),
                    is_understood: !matches!(parsed.statement, Statement::NotUnderstood(_)),
                    has_body,
                });
            }
        }
        all
    }

    /// The same in one file, with some of the statements.
    pub(crate) fn only(&self, keep: impl Fn(&One<'_>) -> bool) -> Self {
        let mut text = String::new();
        for one in self.statements().iter().filter(|one| keep(one)) {
            text.push_str(one.text);
            text.push_str(";\n");
        }
        Self::of_text(&text, &self.root)
    }

    /// One file, in a root like another one.
    pub(crate) fn of_text(text: &str, like: &MigrationRoot) -> Self {
        let mut sources = Sources::default();
        let file = sources.add("supabase/migrations/20240101000000_all.sql", text);
        let part = Span::new(0, text.len());
        let files = vec![Migration { file, part, is_pending: false }];
        Self { root: MigrationRoot { files, ..like.clone() }, sources }
    }
}

/// Times an input, after a round that warms up.
pub(crate) fn measure(input: &Input, rounds: usize) -> Times {
    let options = input.options();
    let texts: Vec<&str> = input.statements().iter().map(|one| one.text).collect();
    let mut taken: [Vec<Duration>; 3] = Default::default();
    for round in 0..=rounds {
        let sqlparser =
            time(|| texts.iter().filter(|text| sqlparser_reads(text, options.dialect)).count());
        let parse = time(|| {
            input
                .texts()
                .map(|text| trave_sql::parse(text, options).statements.len())
                .sum::<usize>()
        });
        let replay = time(|| replay(&input.root, &input.sources, Replay::default()));
        if round > 0 {
            for (list, time) in taken.iter_mut().zip([sqlparser, parse, replay]) {
                list.push(time);
            }
        }
    }
    let [sqlparser, parse, replay] = taken;
    let (sqlparser, parse, replay) = (fastest(sqlparser), fastest(parse), fastest(replay));
    Times {
        count: texts.len(),
        bytes: texts.iter().map(|text| text.len()).sum(),
        sqlparser,
        parse,
        replay,
        ratio: replay.as_secs_f64() / sqlparser.as_secs_f64(),
    }
}

fn time<T>(run: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(run());
    start.elapsed()
}

/// Whatever else the machine does only ever adds to a time.
fn fastest(times: Vec<Duration>) -> Duration {
    times.into_iter().min().unwrap_or_default()
}
