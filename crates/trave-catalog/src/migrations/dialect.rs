//! Which SQL a folder of migrations speaks, told by words that only one of them has.

use super::SqlFile;
use crate::Dialect;

/// The dialect of a folder, or the name of one that is left out.
pub(super) fn of_folder(folder: &str, files: &[SqlFile<'_>]) -> Result<Dialect, &'static str> {
    if folder.to_ascii_lowercase().split('/').any(|part| part.contains("clickhouse")) {
        return Err(CLICKHOUSE);
    }
    let mut votes = Votes { sqlite: names_sqlite(folder), ..Votes::default() };
    for file in files {
        votes.read(file.text);
    }
    votes.decide()
}

const CLICKHOUSE: &str = "ClickHouse SQL";
const SQL_SERVER: &str = "SQL Server's SQL";

/// How much a folder's name says that its database is an `SQLite`: `d1/migrations`, `turso`.
fn names_sqlite(folder: &str) -> usize {
    let lower = folder.to_ascii_lowercase();
    let mut words = lower.split(['/', '_', '-', '.']);
    let says = words.any(|word| matches!(word, "d1" | "sqlite" | "sqlite3" | "turso" | "libsql"));
    if says { 3 } else { 0 }
}

/// Enough of a file to tell its dialect; a long dump says it early.
const BYTES_MAX: usize = 64 * 1024;

#[derive(Default)]
struct Votes {
    postgres: usize,
    mysql: usize,
    sqlite: usize,
    clickhouse: usize,
    sql_server: usize,
}

impl Votes {
    fn read(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let head = bytes.get(..BYTES_MAX.min(bytes.len())).unwrap_or_default();
        let lower = String::from_utf8_lossy(head).to_ascii_lowercase();
        let count = |words: &[&str]| words.iter().filter(|word| lower.contains(**word)).count();
        self.postgres += count(&[
            "$$",
            "plpgsql",
            "timestamptz",
            "jsonb",
            "row level security",
            "create policy",
            "create extension",
            "bigserial",
            "serial primary key",
            "uuid_generate_v4",
            "gen_random_uuid",
            "security definer",
            "timestamp(3)",
            "::text",
            "character varying",
            "double precision",
            "create schema",
        ]);
        self.mysql += count(&[
            "auto_increment",
            "engine=innodb",
            "engine = innodb",
            "tinyint",
            "utf8mb4",
            "datetime(",
            "unsigned",
            "longtext",
        ]);
        self.sqlite += count(&[
            "autoincrement",
            "pragma ",
            "unixepoch(",
            "strftime(",
            "without rowid",
            "datetime('now",
        ]);
        // PostgreSQL has no type of that name.
        let has_datetime = usize::from(has_column_of_type(&lower, "datetime"));
        self.mysql += has_datetime;
        self.sqlite += has_datetime;
        // Drizzle quotes with backticks for SQLite and MySQL, never for PostgreSQL.
        if lower.contains("create table `") {
            self.mysql += 1;
            self.sqlite += usize::from(lower.contains("integer primary key"))
                + usize::from(lower.contains("` text"))
                + usize::from(lower.contains("` integer"));
        }
        self.clickhouse += count(&["mergetree", "on cluster", "lowcardinality("]);
        self.sql_server += count(&["nvarchar", "\ngo\n", "[dbo]", "identity(1,1)"]);
    }

    fn decide(&self) -> Result<Dialect, &'static str> {
        let known = self.postgres.max(self.mysql).max(self.sqlite);
        if self.clickhouse > known {
            return Err(CLICKHOUSE);
        }
        if self.sql_server > known {
            return Err(SQL_SERVER);
        }
        if self.postgres >= self.mysql.max(self.sqlite) {
            return Ok(Dialect::Postgres);
        }
        Ok(if self.sqlite >= self.mysql { Dialect::Sqlite } else { Dialect::MySql })
    }
}

/// Whether a column has a type: a name stands before it, and what is asked of a column behind.
fn has_column_of_type(lower: &str, kind: &str) -> bool {
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.windows(3).any(|three| match three {
        [before, word, after] => {
            *word == kind
                && matches!(*after, "default" | "not" | "null" | "check")
                && !matches!(*before, "where" | "and" | "or" | "on" | "when" | "set" | "column")
        }
        _ => false,
    })
}
