//! Which files make one schema: the one that names the database, and those beside and below it.

use smol_str::SmolStr;
use trave_source::{FileId, Notice};
use trave_sql::Dialect;

use super::lower::lower;
use super::parse::parse;
use super::syntax::{Block, Value};
use crate::declared::{Declared, Source};

/// A file that ends with `.prisma`.
#[derive(Debug, Clone, Copy)]
pub struct SchemaFile<'a> {
    /// The file.
    pub id: FileId,
    /// Its path relative to the analysed folder.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// The database that a schema is made for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Database {
    /// Its dialect.
    pub(super) dialect: Dialect,
    /// `relationMode = "prisma"`: relations make no foreign keys.
    pub(super) without_foreign_keys: bool,
}

struct Read<'a> {
    file: SchemaFile<'a>,
    blocks: Vec<Block>,
}

/// Every schema of some files, and what was not read.
pub fn read(files: &[SchemaFile<'_>]) -> (Vec<Source>, Vec<Notice>) {
    let read: Vec<Read<'_>> =
        files.iter().map(|file| Read { file: *file, blocks: parse(file.text) }).collect();
    let mut notices = Vec::new();
    let mut sources = Vec::new();
    let heads = heads(&read);
    for head in &heads {
        let folder = folder_of(head.file.path);
        let own = |one: &&Read<'_>| {
            is_head(one, head) || (!has_datasource(one) && nearest(&heads, one) == Some(folder))
        };
        let parts: Vec<&Read<'_>> = read.iter().filter(own).collect();
        match database(head) {
            Ok(database) => sources.push(source(folder, &parts, database)),
            Err(provider) => notices.push(Notice {
                origin: None,
                message: format!("`{}` is made for `{provider}`: left out", head.file.path),
            }),
        }
    }
    let alone = read.iter().filter(|one| !has_datasource(one) && nearest(&heads, one).is_none());
    notices.extend(alone.filter(|one| !one.blocks.is_empty()).map(|one| Notice {
        origin: None,
        message: format!("`{}` belongs to no schema that names a database", one.file.path),
    }));
    (sources, notices)
}

fn source(folder: &str, parts: &[&Read<'_>], database: Database) -> Source {
    let blocks = parts.iter().flat_map(|one| one.blocks.iter().map(|block| (one.file.id, block)));
    let declared: Declared = lower(&blocks.collect::<Vec<_>>(), database);
    let files = parts.iter().map(|one| one.file.id).collect();
    Source { folder: SmolStr::new(folder), files, declared }
}

/// One file of each folder that names a database; of several, the one with the plain name.
fn heads<'r, 'a>(read: &'r [Read<'a>]) -> Vec<&'r Read<'a>> {
    let mut heads: Vec<&Read<'_>> = Vec::new();
    for one in read.iter().filter(|one| has_datasource(one)) {
        let folder = folder_of(one.file.path);
        match heads.iter_mut().find(|head| folder_of(head.file.path) == folder) {
            Some(head) if one.file.path.ends_with("/schema.prisma") => *head = one,
            Some(_) => {}
            None => heads.push(one),
        }
    }
    heads
}

fn is_head(one: &Read<'_>, head: &Read<'_>) -> bool {
    one.file.id == head.file.id
}

fn has_datasource(one: &Read<'_>) -> bool {
    one.blocks.iter().any(|block| block.keyword == "datasource")
}

/// The folder of the deepest head that stands beside or above a file.
fn nearest<'r>(heads: &[&'r Read<'_>], one: &Read<'_>) -> Option<&'r str> {
    let folders = heads.iter().map(|head| folder_of(head.file.path));
    let around = folders.filter(|folder| {
        let rest = one.file.path.strip_prefix(folder);
        rest.is_some_and(|rest| folder.is_empty() || rest.starts_with('/'))
    });
    around.max_by_key(|folder| folder.len())
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The database of a schema, or the name of one that is not known.
fn database(head: &Read<'_>) -> Result<Database, SmolStr> {
    let block = head.blocks.iter().find(|block| block.keyword == "datasource");
    let setting = |name: &str| {
        let line = block.and_then(|block| block.line(name));
        line.and_then(|line| line.setting.as_ref()).and_then(Value::as_text).cloned()
    };
    let provider = setting("provider").unwrap_or_default();
    let dialect = match provider.as_str() {
        "postgresql" | "postgres" | "cockroachdb" => Dialect::Postgres,
        "mysql" => Dialect::MySql,
        "sqlite" => Dialect::Sqlite,
        _ => return Err(provider),
    };
    let without_foreign_keys = setting("relationMode").as_deref() == Some("prisma");
    Ok(Database { dialect, without_foreign_keys })
}
