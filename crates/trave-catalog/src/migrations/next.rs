//! Where a new migration belongs, what it is called, and what stands around its statements.

use super::{MigrationRoot, RootKind};

/// A migration that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMigration {
    /// Its path, as those of the other migrations are.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What a migration is to be.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What it does, as a part of a name: `index_notes_owner_id`.
    pub name: &'a str,
    /// Its statements.
    pub sql: &'a str,
    /// The time, as migrations are numbered by it: `20240131093000`.
    pub now: &'a str,
}

impl MigrationRoot {
    /// A migration that comes after all that there are; `last` is the path of the last one. None
    /// where a tool keeps a list of its own beside the files, or no files are kept at all.
    pub fn next(&self, last: Option<&str>, wanted: &Wanted<'_>) -> Option<NewMigration> {
        let Wanted { name, sql, now } = wanted;
        let sql = sql.trim_end();
        // These tools open a transaction unless they are told not to.
        let runs_alone = sql.contains(" concurrently ");
        let last = last.filter(|_| !self.files.is_empty());
        let file = last.map(|last| file_name(self.kind, last));
        let folder = match (self.kind, last) {
            (RootKind::Supabase, _) => joined(&self.folder, "migrations"),
            (RootKind::Prisma, Some(last)) => parent(parent(last)).to_owned(),
            (_, Some(last)) => parent(last).to_owned(),
            (_, None) => return None,
        };
        let number = number(file.unwrap_or_default(), now);
        let (path, text) = match self.kind {
            RootKind::Supabase | RootKind::Numbered => {
                (format!("{number}_{name}.sql"), format!("{sql}\n"))
            }
            RootKind::Prisma => (format!("{number}_{name}/migration.sql"), format!("{sql}\n")),
            RootKind::Flyway => (format!("V{number}__{name}.sql"), format!("{sql}\n")),
            RootKind::UpDown => (format!("{number}_{name}.up.sql"), format!("{sql}\n")),
            RootKind::Goose => {
                let alone = if runs_alone { "-- +goose NO TRANSACTION\n" } else { "" };
                (format!("{number}_{name}.sql"), format!("{alone}-- +goose Up\n{sql}\n"))
            }
            RootKind::Dbmate => {
                let alone = if runs_alone { " transaction:false" } else { "" };
                let text = format!("-- migrate:up{alone}\n{sql}\n\n-- migrate:down\n");
                (format!("{number}_{name}.sql"), text)
            }
            RootKind::SupabaseSchemas
            | RootKind::Drizzle
            | RootKind::SchemaFile
            | RootKind::Declared => return None,
        };
        Some(NewMigration { path: joined(&folder, &path), text })
    }
}

/// What holds the number of a migration: its file, or its folder.
fn file_name(kind: RootKind, path: &str) -> &str {
    let path = if kind == RootKind::Prisma { parent(path) } else { path };
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_prefix('V').unwrap_or(name)
}

/// A number behind that of the last migration: the time where they are numbered by it, else one
/// more, as wide.
fn number(last: &str, now: &str) -> String {
    let digits = last.len() - last.trim_start_matches(|it: char| it.is_ascii_digit()).len();
    let Some(digits) = last.get(..digits).filter(|digits| !digits.is_empty()) else {
        return now.to_owned();
    };
    let width = digits.len();
    let after = digits.parse::<u64>().unwrap_or(0).saturating_add(1);
    let is_time = matches!(width, 8 | 12 | 14) && digits.starts_with("20");
    let by_time = now.get(..width).and_then(|now| now.parse().ok()).filter(|_| is_time);
    format!("{:0width$}", by_time.unwrap_or(after).max(after))
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use trave_source::FileId;

    use super::Wanted;
    use crate::{SqlFile, group};

    const WANTED: Wanted<'_> =
        Wanted { name: "add_x", sql: "create index x on a (id);", now: "20250607080900" };

    #[track_caller]
    fn check(path: &str, text: &str, expected: &str) {
        let files = [SqlFile { id: FileId(0), path, text }];
        let root = group(&files, &[]).roots.remove(0);
        let made = root.next(Some(path), &WANTED).unwrap();
        assert_eq!(made.path, expected);
        assert!(made.text.contains("create index x on a (id);\n"), "{}", made.text);
    }

    #[test]
    fn a_migration_is_numbered_as_the_others_are() {
        let sql = "create table a (id int);";
        check(
            "supabase/migrations/20240101000000_a.sql",
            sql,
            "supabase/migrations/20250607080900_add_x.sql",
        );
        // The last one was numbered by a clock that is ahead.
        check(
            "supabase/migrations/20990101000000_a.sql",
            sql,
            "supabase/migrations/20990101000001_add_x.sql",
        );
        check(
            "prisma/migrations/20240101000000_a/migration.sql",
            sql,
            "prisma/migrations/20250607080900_add_x/migration.sql",
        );
        check("db/migrations/0009_a.sql", sql, "db/migrations/0010_add_x.sql");
        check("db/migration/V3__a.sql", sql, "db/migration/V4__add_x.sql");
        let goose = "-- +goose Up\ncreate table a (id int);\n-- +goose Down\ndrop table a;";
        check("db/migrations/00009_a.sql", goose, "db/migrations/00010_add_x.sql");
    }

    #[test]
    fn what_runs_alone_gets_no_transaction() {
        let wanted = Wanted { sql: "create index concurrently x on a (id);", ..WANTED };
        let texts = [
            ("-- +goose Up\ncreate table a (id int);", "-- +goose NO TRANSACTION\n-- +goose Up\n"),
            ("-- migrate:up\ncreate table a (id int);", "-- migrate:up transaction:false\n"),
        ];
        for (text, expected) in texts {
            let path = "db/migrations/00009_a.sql";
            let root = group(&[SqlFile { id: FileId(0), path, text }], &[]).roots.remove(0);
            let made = root.next(Some(path), &wanted).unwrap();
            assert!(made.text.starts_with(expected), "{}", made.text);
        }
    }

    #[test]
    fn drizzle_keeps_a_list_of_its_own() {
        let text = "create table a (id int);\n--> statement-breakpoint\nselect 1;";
        let path = "drizzle/0000_a.sql";
        let root = group(&[SqlFile { id: FileId(0), path, text }], &[]).roots.remove(0);
        assert_eq!(root.next(Some(path), &WANTED), None);
    }
}
