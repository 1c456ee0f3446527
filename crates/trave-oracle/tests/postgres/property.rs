//! Random sequences: both catalogs are equal after each statement, and the SQL that trave prints at
//! the end gives the same catalog again.
//!
//! `TRAVE_SEQUENCES` says how many, `TRAVE_SEED` which one is the first, `TRAVE_SHOWN` after how
//! many failures to stop.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use trave_catalog::Catalog;

use crate::compare::{Difference, exactly, news, with_trave};
use crate::database::{Database, Step, replay, texts};
use crate::generate;
use crate::report::report;
use crate::server::Server;
use crate::shrink::shrink;

/// Statements of a sequence, at most.
const LENGTH: usize = 15;

/// How many sequences are tried without a word from the environment.
const SEQUENCES: u64 = 2_000;

/// After how many failures to stop.
const SHOWN: u64 = 5;

/// After so many sequences, the server throws away what is left of those before.
const TIDY_AFTER: u64 = 64;

/// SQLSTATE `syntax_error`.
const SYNTAX_ERROR: &str = "42601";

#[test]
fn random_sequences_end_in_the_same_catalog() {
    let run = Run {
        first: number("TRAVE_SEED").unwrap_or(1),
        sequences: number("TRAVE_SEQUENCES").unwrap_or(SEQUENCES),
        shown: number("TRAVE_SHOWN").unwrap_or(SHOWN),
        ..Run::default()
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| run.work());
        }
    });
    println!("{run}");
    let reports = run.reports.into_inner().unwrap();
    assert!(reports.is_empty(), "\n{}", reports.join("\n"));
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What is to be tried, and what came of it.
#[derive(Default)]
struct Run {
    first: u64,
    sequences: u64,
    shown: u64,
    /// Sequences that somebody took up.
    taken: AtomicU64,
    statements: AtomicU64,
    refused: AtomicU64,
    reports: Mutex<Vec<String>>,
}

impl Run {
    /// Tries sequences on a server of its own until there are no more.
    fn work(&self) {
        let server = Server::start();
        let mut database = Database::new(&server, "sequences");
        database.forget_platform();
        for done in 1.. {
            let number = self.taken.fetch_add(1, Ordering::Relaxed);
            if number >= self.sequences || self.reports.lock().unwrap().len() as u64 >= self.shown {
                return;
            }
            if let Some(report) = self.try_seed(&mut database, self.first + number) {
                self.reports.lock().unwrap().push(report);
            }
            if done % TIDY_AFTER == 0 {
                database.tidy_up();
            }
        }
    }

    /// What is wrong with the sequence of a seed.
    fn try_seed(&self, database: &mut Database, seed: u64) -> Option<String> {
        let (mut statements, catalogs) = generate::sequence(seed, LENGTH);
        let steps = database.try_each(&statements);
        let refused = steps.iter().filter(|step| step.refusal.is_some()).count();
        self.statements.fetch_add(steps.len() as u64, Ordering::Relaxed);
        self.refused.fetch_add(refused as u64, Ordering::Relaxed);
        let mut pairs = steps.iter().zip(&catalogs);
        let first = pairs.position(|(step, catalog)| told_apart(database, step, catalog));
        if let Some(at) = first {
            statements.truncate(at + 1);
        } else {
            let (last, catalog) = (steps.last()?, catalogs.last()?);
            round_trip(database, &last.catalog, catalog).into_iter().next()?;
        }
        let shrunk = shrink_failing(database, statements);
        Some(format!("TRAVE_SEED={seed}\n{}", report(database, &shrunk)))
    }
}

impl fmt::Display for Run {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [statements, refused] =
            [&self.statements, &self.refused].map(|count| count.load(Ordering::Relaxed));
        let (first, sequences) = (self.first, self.sequences);
        write!(
            out,
            "{sequences} sequences from {first}: {statements} statements, {refused} refused"
        )
    }
}

/// A shorter sequence that differs in the same way, for the same reason.
fn shrink_failing(database: &mut Database, statements: Vec<String>) -> Vec<String> {
    let Some(kind) = differences(database, &statements).into_iter().next().map(|one| one.kind)
    else {
        return statements;
    };
    let disagreement = first_disagreement(database, &statements);
    shrink(statements, |fewer: &[String]| {
        let same = differences(database, fewer).first().is_some_and(|one| one.kind == kind);
        same && is_sql(database, fewer) && first_disagreement(database, fewer) == disagreement
    })
}

/// The code of the first refusal that only one of the two knows.
fn first_disagreement(database: &mut Database, statements: &[String]) -> Option<String> {
    let written = texts(statements);
    let failures = replay(&written).failures;
    let refusals = database.try_out(&written).refusals;
    refusals.into_iter().enumerate().find_map(|(number, refusal)| {
        let ours = failures.iter().any(|(at, _)| *at == number);
        match refusal {
            Some(refusal) => (!ours).then_some(refusal.code),
            None => ours.then(String::new),
        }
    })
}

/// Whether every statement is one: cutting statements short makes others that are none.
fn is_sql(database: &mut Database, statements: &[String]) -> bool {
    let mut refusals = database.try_out(&texts(statements)).refusals.into_iter().flatten();
    !refusals.any(|refusal| refusal.code == SYNTAX_ERROR)
}

/// Whether both say different things of the same moment.
fn told_apart(database: &Database, step: &Step, catalog: &Catalog) -> bool {
    let told = trave_catalog::schema_json(catalog);
    !with_trave(&news(&database.before, &step.catalog), &told).is_empty()
}

/// How the catalogs differ after a sequence, and how the one differs that the printed SQL makes.
pub(crate) fn differences(database: &mut Database, statements: &[String]) -> Vec<Difference> {
    let written = texts(statements);
    let outcome = database.try_out(&written);
    let replayed = replay(&written);
    let told = trave_catalog::schema_json(&replayed.catalog);
    let found = with_trave(&news(&database.before, &outcome.catalog), &told);
    if found.is_empty() { round_trip(database, &outcome.catalog, &replayed.catalog) } else { found }
}

/// How the catalog differs that the printed SQL makes in an empty database.
fn round_trip(database: &mut Database, postgres: &Value, catalog: &Catalog) -> Vec<Difference> {
    let sql = trave_catalog::schema_sql(catalog);
    let again = database.try_out(&[&sql]);
    if let Some(Some(refusal)) = again.refusals.first() {
        let text = format!("{} in\n{sql}", refusal.message);
        return vec![Difference { kind: "round trip refused".to_owned(), text }];
    }
    let mut found = exactly(postgres, &again.catalog);
    for difference in &mut found {
        difference.kind = format!("round trip: {}", difference.kind);
    }
    if let Some(last) = found.last_mut() {
        last.text = format!("{}\n{sql}", last.text);
    }
    found
}
