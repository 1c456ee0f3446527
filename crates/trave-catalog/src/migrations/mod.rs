//! Which files are migrations, of which root, in which order.
//!
//! Pure: paths and texts in, roots out. Who walks the disk and reads `supabase/config.toml` hands
//! both over; nothing is opened here.

mod dialect;
mod glob;
mod layout;
mod next;
mod sections;

use std::collections::BTreeMap;

pub use next::{NewMigration, Wanted};
use smol_str::SmolStr;
use trave_source::{FileId, Span, Translation};

use crate::{DeclaredBy, Dialect};

/// A file that may be a migration: any `.sql` file, or Drizzle's `meta/_journal.json`.
#[derive(Debug, Clone, Copy)]
pub struct SqlFile<'a> {
    /// The file.
    pub id: FileId,
    /// Its path relative to the analysed folder, with `/` between the parts.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// What a `supabase/config.toml` says, as far as the catalog needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RootConfig {
    /// The folder that holds the file: `apps/web/supabase`.
    pub folder: SmolStr,
    /// `[api] schemas`, if written.
    pub schemas: Option<Vec<SmolStr>>,
    /// `[api] max_rows`, if written.
    pub rows_max: Option<u64>,
    /// `[api] auto_expose_new_tables`, if written.
    pub auto_expose: Option<bool>,
    /// `[auth.hook.custom_access_token] enabled`: the project writes claims of its own.
    pub token_hook: bool,
    /// `[db.migrations] schema_paths`, patterns relative to the folder.
    pub schema_paths: Vec<SmolStr>,
}

/// Who applies the migrations of a root, told by how they are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootKind {
    /// `supabase/migrations/<digits>_x.sql`.
    Supabase,
    /// `supabase/schemas/*.sql`, without any migration beside them.
    SupabaseSchemas,
    /// `migrations/<timestamp>_x/migration.sql`.
    Prisma,
    /// `0000_x.sql` with `--> statement-breakpoint`.
    Drizzle,
    /// `V1__x.sql`.
    Flyway,
    /// `-- +goose Up`.
    Goose,
    /// `-- migrate:up`.
    Dbmate,
    /// `x.up.sql`.
    UpDown,
    /// Numbered files in a folder.
    Numbered,
    /// A `schema.sql` and nothing else.
    SchemaFile,
    /// No SQL at all: the schema is declared in another language.
    Declared,
}

/// One migration: a file and the part of it that is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// The file.
    pub file: FileId,
    /// The bytes of it that go up; the rest undoes them.
    pub part: Span,
    /// It is not applied yet, as far as somebody said so.
    pub is_pending: bool,
}

/// A schema declared in another language, written as SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Who reads it.
    pub by: DeclaredBy,
    /// The files that hold it.
    pub files: Vec<FileId>,
    /// Its statements: a last migration, after all those in SQL.
    pub sql: Translation,
}

/// A folder of migrations, which make one catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationRoot {
    /// The `supabase` folder, or the folder of the migrations; empty for the top.
    pub folder: SmolStr,
    /// The layout.
    pub kind: RootKind,
    /// The dialect that the files speak.
    pub dialect: Dialect,
    /// The migrations in the order in which they are applied.
    pub files: Vec<Migration>,
    /// What `config.toml` says; the defaults where there is none.
    pub config: RootConfig,
    /// What is declared in another language beside the migrations, or instead of them.
    pub declarations: Vec<Declaration>,
    /// Whether the tables are served to callers with the anon key: a Supabase project, told by
    /// its folder or by what the SQL names. Whoever finds supabase-js beside it may set it.
    pub exposed: bool,
}

/// A SQL file that belongs to no root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The file.
    pub file: FileId,
    /// Why, in a few plain words.
    pub reason: &'static str,
}

/// Every SQL file of a project, sorted into roots.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grouping {
    /// The roots, by folder.
    pub roots: Vec<MigrationRoot>,
    /// The files that are no migrations.
    pub left_out: Vec<LeftOut>,
}

/// Sorts SQL files into roots. The answer does not depend on the order of `files`.
pub fn group(files: &[SqlFile<'_>], configs: &[RootConfig]) -> Grouping {
    let mut grouping = Grouping::default();
    let mut folders: BTreeMap<&str, layout::Folder<'_>> = BTreeMap::new();
    for file in files {
        match layout::place(file.path) {
            layout::Place::Journal(folder) => {
                folders.entry(folder).or_default().journal = layout::journal_order(file.text);
            }
            layout::Place::Folder(folder) => folders.entry(folder).or_default().files.push(*file),
            layout::Place::Out(reason) => {
                grouping.left_out.push(LeftOut { file: file.id, reason });
            }
        }
    }
    let context = layout::Context { configs, migrated: layout::migrated_folders(&folders) };
    for (folder, content) in folders {
        layout::read_folder(folder, content, &context, &mut grouping);
    }
    if grouping.roots.is_empty() {
        layout::take_schema_files(files, &mut grouping);
    }
    grouping.roots.sort_by(|a, b| (&a.folder, a.kind).cmp(&(&b.folder, b.kind)));
    grouping.left_out.sort_by_key(|left| left.file);
    grouping
}

#[cfg(test)]
mod tests;
