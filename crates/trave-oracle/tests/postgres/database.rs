//! The two sides: PostgreSQL and trave, each given the same statements.

use serde_json::Value;
use trave_catalog::{
    Catalog, Dialect, Migration, MigrationRoot, Missing, Replay, RootConfig, RootKind,
};
use trave_source::{Sources, Span};

use crate::connection::{Connection, Refusal};
use crate::server::Server;

const DUMP: &str = include_str!("dump.sql");

/// The platform as trave knows it: PostgreSQL begins with the same.
const PRELUDE: &str = include_str!("../../../trave-catalog/src/replay/prelude.sql");

/// The settings that a project's migrations run with.
const SETTINGS: &str = "set search_path = \"$user\", public, extensions; \
    set client_min_messages = error; set lock_timeout = '20s'; set statement_timeout = '20s';";

/// A database that holds the platform, and one session in it.
pub(crate) struct Database {
    connection: Connection,
    /// What is older is the platform's, and is not looked at again.
    oldest: u32,
    /// What is there before the first statement.
    pub(crate) before: Value,
}

/// What a sequence of statements did to PostgreSQL.
pub(crate) struct Outcome {
    /// For each statement whether it was refused.
    pub(crate) refusals: Vec<Option<Refusal>>,
    /// The catalog at the end.
    pub(crate) catalog: Value,
}

/// One statement, and what it left behind.
pub(crate) struct Step {
    /// Whether it was refused.
    pub(crate) refusal: Option<Refusal>,
    /// The catalog after it.
    pub(crate) catalog: Value,
}

impl Database {
    /// A new database on a server, under a name of its own.
    pub(crate) fn new(server: &Server, name: &str) -> Self {
        let mut admin = server.connect("postgres");
        let sql = format!("create database {name} template template0");
        admin.run(&sql).unwrap();
        let mut connection = server.connect(name);
        connection.run("set client_min_messages = error; set check_function_bodies = off").unwrap();
        for statement in platform() {
            if let Err(refusal) = connection.run(&statement) {
                panic!("{}: {statement}", refusal.message);
            }
        }
        connection.run(SETTINGS).unwrap();
        connection.run("set check_function_bodies = on").unwrap();
        let prepare = format!("set search_path = ''; prepare dump(oid) as {DUMP}; {SETTINGS}");
        connection.run(&prepare).unwrap();
        connection.run("begin").unwrap();
        let mut database = Self { connection, before: Value::Null, oldest: 0 };
        database.before = database.dump();
        database.connection.run("rollback").unwrap();
        database
    }

    /// Runs statements one after the other, each either as a whole or not at all; afterwards the
    /// database is as it was.
    pub(crate) fn try_out(&mut self, statements: &[&str]) -> Outcome {
        self.connection.run("begin").unwrap();
        let refusals = statements.iter().map(|statement| self.run(statement)).collect();
        let catalog = self.dump();
        self.connection.run("rollback").unwrap();
        Outcome { refusals, catalog }
    }

    /// As [`Database::try_out`], with the catalog after each statement.
    pub(crate) fn try_each(&mut self, statements: &[String]) -> Vec<Step> {
        self.connection.run("begin").unwrap();
        let steps = statements.iter().map(|statement| {
            let refusal = self.run(statement);
            Step { refusal, catalog: self.dump() }
        });
        let steps = steps.collect();
        self.connection.run("rollback").unwrap();
        steps
    }

    /// Runs a statement as a transaction of its own, for good.
    pub(crate) fn apply(&mut self, statement: &str) -> Option<Refusal> {
        self.connection.run(statement).err()
    }

    /// What is there now.
    pub(crate) fn catalog(&mut self) -> Value {
        self.connection.run("begin").unwrap();
        let catalog = self.dump();
        self.connection.run("rollback").unwrap();
        catalog
    }

    /// Frees the catalog of the rows that were rolled back: dumps would pass over all of them.
    pub(crate) fn tidy_up(&mut self) {
        self.connection.run("vacuum").unwrap();
    }

    fn run(&mut self, statement: &str) -> Option<Refusal> {
        self.connection.run("savepoint here").unwrap();
        let sql = format!("{statement}\n; release here");
        let refusal = self.connection.run(&sql).err()?;
        self.connection.run("rollback to here; release here").unwrap();
        Some(refusal)
    }

    /// From now on, looks only at what is made from now on, and at the tables of the platform that
    /// projects build upon: that is faster.
    pub(crate) fn forget_platform(&mut self) {
        const NEWEST: &str = "select max(oid) from (select oid from pg_class union all \
            select oid from pg_proc union all select oid from pg_type) o";
        let newest = self.connection.run(NEWEST).unwrap().expect("there is something");
        self.oldest = newest.parse::<u32>().unwrap() + 1;
        self.connection.run("begin").unwrap();
        self.before = self.dump();
        self.connection.run("rollback").unwrap();
    }

    fn dump(&mut self) -> Value {
        let query = format!(
            "savepoint dump; reset role; set local search_path = ''; execute dump({}); \
             rollback to dump; release dump",
            self.oldest
        );
        let text = self.connection.run(&query).unwrap().expect("the dump is one value");
        serde_json::from_str(&text).unwrap()
    }
}

/// Extensions that only the platform has, and a function that comes with one that is there.
const LEFT_OUT: [&str; 4] = [
    "create extension pgjwt",
    "create extension pg_graphql",
    "create extension supabase_vault",
    "create function extensions.uuid_generate_v4",
];

/// The statements of the platform, as far as any server can run them.
fn platform() -> Vec<String> {
    let statements = PRELUDE.split(";\n").map(str::trim).filter(|text| !text.is_empty());
    let can_run = |text: &&str| !LEFT_OUT.iter().any(|gone| text.contains(gone));
    statements.filter(can_run).map(str::to_owned).collect()
}

/// What trave makes of the same statements, without the help of a guess.
pub(crate) struct Replayed {
    /// The catalog at the end.
    pub(crate) catalog: Catalog,
    /// The places of statements that trave refuses, with the reasons.
    pub(crate) failures: Vec<(usize, String)>,
    /// What was not understood.
    pub(crate) notices: Vec<String>,
}

/// Statements as they are handed to both sides.
pub(crate) fn texts(statements: &[String]) -> Vec<&str> {
    statements.iter().map(String::as_str).collect()
}

/// Replays statements as one migration.
pub(crate) fn replay(statements: &[&str]) -> Replayed {
    let mut text = String::new();
    let mut starts = Vec::new();
    for statement in statements {
        starts.push(text.len());
        text.push_str(statement);
        text.push_str(";\n");
    }
    let mut sources = Sources::default();
    let file = sources.add("supabase/migrations/20240101000000_a.sql", text.as_str());
    let root = MigrationRoot {
        folder: "supabase".into(),
        kind: RootKind::Supabase,
        dialect: Dialect::Postgres,
        files: vec![Migration { file, part: Span::new(0, text.len()), is_pending: false }],
        config: RootConfig::default(),
        declarations: Vec::new(),
        exposed: true,
    };
    let replayed = trave_catalog::replay(&root, &sources, Replay { missing: Missing::Refused });
    let place = |notice: &trave_source::Notice| {
        let at = notice.origin.map_or(0, |origin| origin.span.start as usize);
        starts.iter().rposition(|start| *start <= at).unwrap_or_default()
    };
    Replayed {
        failures: replayed.failures.iter().map(|one| (place(one), one.message.clone())).collect(),
        notices: replayed.notices.iter().map(|one| one.message.clone()).collect(),
        catalog: replayed.catalog,
    }
}
