//! How tools lay migrations out: what a path says, what a folder holds, in which order it goes.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use trave_source::Span;

use super::sections::Marks;
use super::{Grouping, LeftOut, Migration, MigrationRoot, RootConfig, RootKind, SqlFile};
use super::{dialect, glob};

/// Where a path says that a file belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// Drizzle's journal of the folder.
    Journal(&'a str),
    /// One of a folder of migrations, or of what may be one.
    Folder(&'a str),
    /// No migration, and why.
    Out(&'static str),
}

/// The files of one folder that may be migrations.
#[derive(Debug, Default)]
pub(super) struct Folder<'a> {
    /// The files.
    pub(super) files: Vec<SqlFile<'a>>,
    /// The names in Drizzle's journal, in order.
    pub(super) journal: Vec<String>,
}

/// What reading one folder needs to know of the others.
pub(super) struct Context<'a> {
    /// Every `config.toml`.
    pub(super) configs: &'a [RootConfig],
    /// `supabase` folders with migrations.
    pub(super) migrated: BTreeSet<String>,
}

const FOLDERS_OUT: [(&str, &str); 24] = [
    ("node_modules", "a dependency's file"),
    ("vendor", "a dependency's file"),
    ("test", "a test"),
    ("tests", "a test"),
    ("__tests__", "a test"),
    ("spec", "a test"),
    ("testdata", "a test"),
    ("seed", "seed data"),
    ("seeds", "seed data"),
    ("seeders", "seed data"),
    ("down", "it undoes a migration"),
    ("rollback", "it undoes a migration"),
    ("rollbacks", "it undoes a migration"),
    ("archive", "archived"),
    ("archived", "archived"),
    ("_archive", "archived"),
    ("_archived", "archived"),
    (".archive", "archived"),
    ("migrations_archive", "archived"),
    ("old", "archived"),
    ("deprecated", "archived"),
    ("backup", "archived"),
    ("backups", "archived"),
    ("snippets", "a snippet"),
];

/// Where a path belongs, judged by its parts alone.
pub(super) fn place(path: &str) -> Place<'_> {
    let (folder, name) = split(path);
    if name == "_journal.json" {
        let (parent, last) = split(folder);
        let reason = "not a journal of Drizzle";
        return if last == "meta" { Place::Journal(parent) } else { Place::Out(reason) };
    }
    let lower = folder.to_ascii_lowercase();
    let reason = |part: &str| FOLDERS_OUT.iter().find(|(out, _)| *out == part).map(|(_, why)| *why);
    if let Some(reason) = lower.split('/').find_map(reason) {
        return Place::Out(reason);
    }
    if let Some(reason) = name_out(name) {
        return Place::Out(reason);
    }
    if let Some(schemas) = within(folder, "supabase/schemas") {
        return Place::Folder(schemas);
    }
    if name == "migration.sql" {
        let (above, version) = split(folder);
        let numbered = starts_with_digit(version) || is_migration_folder(above);
        return Place::Folder(if numbered { above } else { folder });
    }
    if within(folder, "supabase/migrations").is_some_and(|migrations| migrations != folder) {
        return Place::Out("a folder inside `supabase/migrations` is not applied");
    }
    Place::Folder(folder)
}

fn name_out(name: &str) -> Option<&'static str> {
    let stem = name.strip_suffix(".sql").unwrap_or(name).to_ascii_lowercase();
    let ends = |ending: &str| {
        ['.', '_', '-']
            .iter()
            .any(|mark| stem.strip_suffix(ending).is_some_and(|before| before.ends_with(*mark)))
    };
    if ends("down") || ends("rollback") {
        return Some("it undoes a migration");
    }
    if ends("test") || ends("spec") {
        return Some("a test");
    }
    matches!(stem.as_str(), "seed" | "seeds").then_some("seed data")
}

/// The shortest prefix of a folder that ends with `tail`.
fn within<'a>(folder: &'a str, tail: &str) -> Option<&'a str> {
    let at = folder.match_indices(tail).find_map(|(at, _)| {
        let starts = at == 0 || folder.as_bytes().get(at - 1) == Some(&b'/');
        let end = at + tail.len();
        let ends = end == folder.len() || folder.as_bytes().get(end) == Some(&b'/');
        (starts && ends).then_some(end)
    })?;
    folder.get(..at)
}

/// Folder and name of a path.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn is_migration_folder(folder: &str) -> bool {
    let name = split(folder).1.to_ascii_lowercase();
    name.contains("migration") || matches!(name.as_str(), "migrate" | "drizzle" | "versions")
}

fn starts_with_digit(name: &str) -> bool {
    name.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

/// The names of Drizzle's journal, in its order.
pub(super) fn journal_order(text: &str) -> Vec<String> {
    let Ok(journal) = serde_json::from_str::<serde_json::Value>(text) else { return Vec::new() };
    let entries = journal.get("entries").and_then(serde_json::Value::as_array);
    let tag = |entry: &serde_json::Value| Some(format!("{}.sql", entry.get("tag")?.as_str()?));
    entries.map(|entries| entries.iter().filter_map(tag).collect()).unwrap_or_default()
}

/// The `supabase` folders that have migrations, whose declarative schema only repeats them.
pub(super) fn migrated_folders(folders: &BTreeMap<&str, Folder<'_>>) -> BTreeSet<String> {
    let migrations = folders.iter().filter(|(_, content)| !content.files.is_empty());
    migrations
        .filter_map(|(folder, _)| folder.strip_suffix("migrations"))
        .map(|folder| folder.trim_end_matches('/').to_owned())
        .collect()
}

/// Reads one folder: a root, files that stand alone, or nothing.
pub(super) fn read_folder(
    folder: &str,
    content: Folder<'_>,
    known: &Context<'_>,
    grouping: &mut Grouping,
) {
    let Some(kind) = kind_of(folder, &content, known) else {
        let reason = "it stands in no folder of migrations";
        leave_out(&content.files, reason, grouping);
        return;
    };
    let root_folder = match kind {
        RootKind::Supabase | RootKind::SupabaseSchemas => split(folder).0,
        _ => folder,
    };
    if kind == RootKind::SupabaseSchemas && known.migrated.contains(root_folder) {
        leave_out(&content.files, "the migrations beside it say the same", grouping);
        return;
    }
    let dialect = match dialect::of_folder(folder, &content.files) {
        Ok(dialect) => dialect,
        Err(name) => return leave_out(&content.files, name, grouping),
    };
    let config = known.configs.iter().find(|config| config.folder == root_folder);
    let config = config.cloned().unwrap_or_default();
    let (taken, rest) = in_order(kind, content, &config);
    if taken.is_empty() {
        return leave_out(&rest, "no migration is named like one", grouping);
    }
    leave_out(&rest, "its name is not that of a migration", grouping);
    let exposed = matches!(kind, RootKind::Supabase | RootKind::SupabaseSchemas)
        || taken.iter().any(|file| speaks_supabase(file.text));
    let files = taken.iter().map(|file| migration(kind, file)).collect();
    grouping.roots.push(MigrationRoot {
        folder: SmolStr::new(root_folder),
        kind,
        dialect,
        files,
        declarations: Vec::new(),
        exposed,
        config,
    });
}

fn speaks_supabase(text: &str) -> bool {
    ["auth.uid()", "to authenticated", "TO authenticated", "service_role", "auth.users"]
        .iter()
        .any(|word| text.contains(word))
}

fn leave_out(files: &[SqlFile<'_>], reason: &'static str, grouping: &mut Grouping) {
    grouping.left_out.extend(files.iter().map(|file| LeftOut { file: file.id, reason }));
}

fn kind_of(folder: &str, content: &Folder<'_>, known: &Context<'_>) -> Option<RootKind> {
    let files = &content.files;
    let any = |test: &dyn Fn(&SqlFile<'_>) -> bool| files.iter().any(test);
    let (parent, name) = split(folder);
    let configured = known.configs.iter().any(|config| config.folder == parent);
    let in_supabase = configured || split(parent).1 == "supabase";
    if files.is_empty() {
        return None;
    }
    if in_supabase && name == "schemas" {
        return Some(RootKind::SupabaseSchemas);
    }
    if in_supabase && name == "migrations" {
        return Some(RootKind::Supabase);
    }
    let numbered = files.iter().filter(|file| starts_with_digit(split(file.path).1)).count();
    let is_numbered = is_migration_folder(folder) || (numbered >= 2 && numbered * 2 >= files.len());
    if any(&|file| file.path.ends_with("/migration.sql") && split(file.path).0 != folder) {
        return Some(RootKind::Prisma);
    }
    let breaks = |file: &SqlFile<'_>| file.text.contains("--> statement-breakpoint");
    if !content.journal.is_empty() || (is_numbered && any(&breaks)) {
        return Some(RootKind::Drizzle);
    }
    if any(&goes_up) {
        return Some(RootKind::UpDown);
    }
    if any(&|file| flyway_version(split(file.path).1).is_some()) {
        return Some(RootKind::Flyway);
    }
    match files.iter().find_map(|file| Marks::of(file.text)) {
        Some(Marks::Goose) => return Some(RootKind::Goose),
        Some(Marks::Dbmate) => return Some(RootKind::Dbmate),
        None => {}
    }
    is_numbered.then_some(RootKind::Numbered)
}

/// `x.up.sql`, beside a file that undoes it.
fn goes_up(file: &SqlFile<'_>) -> bool {
    file.path.to_ascii_lowercase().ends_with(".up.sql")
}

fn migration(kind: RootKind, file: &SqlFile<'_>) -> Migration {
    let marks = match kind {
        RootKind::Goose => Some(Marks::Goose),
        RootKind::Dbmate => Some(Marks::Dbmate),
        _ => Marks::of(file.text),
    };
    let whole = Span::new(0, file.text.len());
    Migration {
        file: file.id,
        part: marks.map_or(whole, |marks| marks.part(file.text)),
        is_pending: false,
    }
}

type Files<'a> = Vec<SqlFile<'a>>;

/// The files that are applied, in order, and those that are not.
fn in_order<'a>(
    kind: RootKind,
    content: Folder<'a>,
    config: &RootConfig,
) -> (Files<'a>, Files<'a>) {
    let mut files = content.files;
    files.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
    match kind {
        RootKind::SupabaseSchemas => by_patterns(files, config),
        RootKind::Prisma => {
            files.into_iter().partition(|file| file.path.ends_with("/migration.sql"))
        }
        RootKind::Drizzle => {
            let journal = content.journal;
            let place =
                |file: &SqlFile<'_>| journal.iter().position(|name| name == split(file.path).1);
            if !files.iter().any(|file| place(file).is_some()) {
                return with_digits(files);
            }
            files.sort_by_key(|file| place(file));
            files.into_iter().partition(|file| place(file).is_some())
        }
        RootKind::UpDown => files.into_iter().partition(goes_up),
        RootKind::Flyway => {
            let version = |file: &SqlFile<'_>| flyway_version(split(file.path).1);
            files.sort_by_key(|file| version(file));
            files.into_iter().partition(|file| version(file).is_some())
        }
        RootKind::Supabase => with_digits(files),
        _ => {
            let (mut taken, rest) = with_digits(files);
            sort_by_number(&mut taken);
            (taken, rest)
        }
    }
}

/// Files whose name begins with a digit; if none does, all.
fn with_digits(files: Files<'_>) -> (Files<'_>, Files<'_>) {
    let (taken, rest): (Files<'_>, Files<'_>) =
        files.into_iter().partition(|file| starts_with_digit(split(file.path).1));
    if taken.is_empty() { (rest, taken) } else { (taken, rest) }
}

/// `2_x` before `10_x`; dates and timestamps, which may be mixed, stay in byte order.
fn sort_by_number(files: &mut Files<'_>) {
    let digits = |file: &SqlFile<'_>| {
        let name = split(file.path).1;
        name.bytes().take_while(u8::is_ascii_digit).count()
    };
    if files.iter().all(|file| digits(file) >= 8) {
        return;
    }
    files.sort_by_key(|file| {
        let name = split(file.path).1;
        name.get(..digits(file)).unwrap_or_default().parse::<u64>().unwrap_or(u64::MAX)
    });
}

/// `V1_2__x.sql` in the order of its numbers; `R__x.sql` after all of them; none for `U1__x.sql`.
fn flyway_version(name: &str) -> Option<(bool, Vec<u64>, String)> {
    let (version, title) = name.split_once("__")?;
    if version == "R" {
        return Some((true, Vec::new(), title.to_owned()));
    }
    let digits = version.strip_prefix('V').filter(|rest| starts_with_digit(rest))?;
    let numbers = digits.split(['.', '_']).map(|part| part.parse().unwrap_or(u64::MAX)).collect();
    Some((false, numbers, title.to_owned()))
}

/// Declarative schemas in the order of `schema_paths`, else by name.
fn by_patterns<'a>(files: Files<'a>, config: &RootConfig) -> (Files<'a>, Files<'a>) {
    if config.schema_paths.is_empty() {
        return (files, Vec::new());
    }
    let place = |file: &SqlFile<'_>| {
        let path = file.path.strip_prefix(config.folder.as_str()).unwrap_or(file.path);
        let path = path.trim_start_matches('/');
        config.schema_paths.iter().position(|pattern| glob::fits(pattern, path))
    };
    let mut files = files;
    files.sort_by_key(|file| place(file));
    files.into_iter().partition(|file| place(file).is_some())
}

/// Where no folder of migrations was found, a lone `schema.sql` says what there is.
pub(super) fn take_schema_files(files: &[SqlFile<'_>], grouping: &mut Grouping) {
    const NAMES: [&str; 6] =
        ["schema.sql", "structure.sql", "init.sql", "database.sql", "setup.sql", "tables.sql"];
    for file in files {
        let (folder, name) = split(file.path);
        let stands_alone = matches!(place(file.path), Place::Folder(_)) && NAMES.contains(&name);
        let Ok(dialect) = dialect::of_folder(folder, &[*file]) else { continue };
        if !stands_alone || !file.text.to_ascii_lowercase().contains("create table") {
            continue;
        }
        grouping.left_out.retain(|left| left.file != file.id);
        grouping.roots.push(MigrationRoot {
            folder: SmolStr::new(folder),
            kind: RootKind::SchemaFile,
            dialect,
            files: vec![migration(RootKind::SchemaFile, file)],
            config: RootConfig::default(),
            declarations: Vec::new(),
            exposed: split(folder).1 == "supabase" || speaks_supabase(file.text),
        });
    }
}
