//! Statements that change nothing in a catalog: a closed list. What stands neither on it nor in
//! the replay is said to be not understood.

use smol_str::{SmolStr, format_smolstr};
use trave_source::Span;
use trave_sql::{AlterChange, AlterObject, ObjectKind, OtherStatement, Statement, Transaction};

use super::Outcome;
use super::session::Session;
use crate::Dialect;

/// A kind of statement that changes nothing in a catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unchanged {
    /// The words that it begins with, and those of the part that matters.
    pub kind: &'static str,
    /// Statements of this kind, each on a line of its own. A test runs them on PostgreSQL, one
    /// list after the other: its catalog is the same before and after. Empty for commands of
    /// psql, which never reach a server.
    pub example: &'static str,
}

const fn kind(kind: &'static str, example: &'static str) -> Unchanged {
    Unchanged { kind, example }
}

/// Kinds that touch rows, statistics, settings or the session, but no object.
const NO_OBJECT: &[Unchanged] = &[
    kind("alter system", "alter system set work_mem = '5MB'"),
    kind("analyse", "analyse notes"),
    kind("analyze", "analyze"),
    kind("begin", "begin;\ncommit"),
    kind("checkpoint", "checkpoint"),
    kind("close", "begin;\ndeclare c cursor for select 1;\nclose c;\ncommit"),
    kind("cluster", "cluster notes using notes_pkey"),
    kind("commit", "begin;\ncommit"),
    kind("copy", "copy notes to '/dev/null'"),
    kind("deallocate", "prepare p as select 1;\ndeallocate p"),
    kind("declare", "begin;\ndeclare c cursor for select 1;\ncommit"),
    kind("discard", "discard temporary"),
    kind("execute", "prepare q as select 1;\nexecute q"),
    kind("explain", "explain select 1"),
    kind("fetch", "begin;\ndeclare c cursor for select 1;\nfetch c;\ncommit"),
    kind("listen", "listen news"),
    kind("load", "load 'plpgsql'"),
    kind("lock", "begin;\nlock table notes;\ncommit"),
    kind(
        "merge",
        "merge into notes n using (select 1 as id) s on n.id = s.id when matched then do nothing",
    ),
    kind("move", "begin;\ndeclare c cursor for select 1;\nmove c;\ncommit"),
    kind("notify", "notify news, 'one more'"),
    kind("prepare", "prepare r as select 1"),
    kind("refresh", "refresh materialized view sums"),
    kind("reindex", "reindex table notes"),
    kind("release", "begin;\nsavepoint a;\nrelease a;\ncommit"),
    kind("savepoint", "begin;\nsavepoint a;\ncommit"),
    kind("set", "set constraints all deferred"),
    kind("set transaction", "begin;\nset transaction isolation level serializable;\ncommit"),
    kind("show", "show search_path"),
    kind("truncate", "truncate notes restart identity"),
    kind("unlisten", "unlisten news"),
    kind("vacuum", "vacuum (analyze) notes"),
];

/// Commands of psql that run nothing from elsewhere.
const PSQL: &[Unchanged] = &[
    kind("\\c", ""),
    kind("\\connect", ""),
    kind("\\copy", ""),
    kind("\\echo", ""),
    kind("\\encoding", ""),
    kind("\\pset", ""),
    kind("\\qecho", ""),
    kind("\\restrict", ""),
    kind("\\set", ""),
    kind("\\timing", ""),
    kind("\\unrestrict", ""),
    kind("\\unset", ""),
    kind("\\warn", ""),
];

/// Objects and parts of objects that a catalog does not hold.
const NOT_HELD: &[Unchanged] = &[
    kind(
        "create access method",
        "create access method heap_too type table handler heap_tableam_handler",
    ),
    kind("create cast", "create cast (mood as int) with inout"),
    kind("create collation", "create collation plain from \"C\""),
    kind(
        "create conversion",
        "create conversion latin for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1",
    ),
    kind("create database", "create database another"),
    kind("create foreign data wrapper", "create foreign data wrapper wrapper"),
    kind("create language", "create language plown handler plpgsql_call_handler"),
    kind(
        "create operator",
        "create operator === (leftarg = int, rightarg = int, function = int4eq)",
    ),
    kind("create operator family", "create operator family kin using btree"),
    kind(
        "create operator class",
        "create operator class ints for type int using btree family kin as operator 1 <, \
         function 1 btint4cmp(int, int)",
    ),
    kind("create rule", "create rule quiet as on delete to notes do instead nothing"),
    kind("create server", "create server far foreign data wrapper wrapper"),
    kind("create statistics", "create statistics pairs on id, body from notes"),
    kind(
        "create subscription",
        "create subscription news connection 'dbname=x' publication p with (connect = false)",
    ),
    kind(
        "create tablespace",
        "set allow_in_place_tablespaces = on;\ncreate tablespace disk location ''",
    ),
    kind("create text search", "create text search configuration words (copy = simple)"),
    kind(
        "create transform",
        "create transform for int language sql (from sql with function prsd_lextype(internal))",
    ),
    kind("create user mapping", "create user mapping for current_user server far"),
    kind("alter collation", "alter collation plain rename to simple"),
    kind("alter conversion", "alter conversion latin rename to western"),
    kind("alter database", "alter database another connection limit 5"),
    kind("alter event trigger disable", "alter event trigger watch disable"),
    kind("alter event trigger enable", "alter event trigger watch enable"),
    kind("alter event trigger owner", "alter event trigger watch owner to postgres"),
    kind("alter extension update", "alter extension plpgsql update"),
    kind("alter foreign data wrapper", "alter foreign data wrapper wrapper rename to wrap"),
    kind("alter function depends", "alter function f() depends on extension plpgsql"),
    kind("alter function owner", "alter function f() owner to supabase_keeper"),
    kind("alter language", "alter language plown rename to plmine"),
    kind(
        "alter large object",
        "select lo_create(42);\nalter large object 42 owner to supabase_keeper",
    ),
    kind("alter operator", "alter operator === (int, int) owner to supabase_keeper"),
    kind("alter operator class", "alter operator class ints using btree rename to numbers"),
    kind("alter operator family", "alter operator family kin using btree rename to kind"),
    kind("alter publication owner", "alter publication p owner to postgres"),
    kind("alter publication set", "alter publication p set (publish = 'insert')"),
    kind("alter role set", "alter role supabase_keeper set work_mem = '4MB'"),
    kind("alter rule", "alter rule quiet on notes rename to silent"),
    kind("alter schema owner", "alter schema app owner to supabase_keeper"),
    kind("alter server", "alter server far version '2'"),
    kind("alter statistics", "alter statistics pairs rename to couples"),
    kind("alter subscription", "alter subscription news set (slot_name = none)"),
    kind("alter tablespace", "alter tablespace disk rename to disc"),
    kind("alter text search", "alter text search configuration words rename to terms"),
    kind("alter trigger depends", "alter trigger touch on notes depends on extension plpgsql"),
    kind("alter type owner", "alter type mood owner to supabase_keeper"),
    kind("alter type set", "alter type mood owner to postgres"),
    kind("alter user mapping", "alter user mapping for current_user server far options (user 'x')"),
    kind(
        "comment",
        "comment on column notes.body is 'x';\ncomment on schema app is 'x';\n\
         comment on index notes_pkey is 'x';\ncomment on function f() is 'x';\n\
         comment on policy own on notes is 'x';\ncomment on trigger touch on notes is 'x';\n\
         comment on type mood is 'x';\ncomment on constraint notes_pkey on notes is 'x';\n\
         comment on extension plpgsql is 'x';\ncomment on view titles is 'x'",
    ),
    kind("reassign", "reassign owned by supabase_keeper to postgres"),
    kind("alter table owner", "alter table notes owner to postgres"),
    kind("alter table replica", "alter table notes replica identity full"),
    kind("alter table reset", "alter table notes reset (fillfactor)"),
    kind("alter table cluster", "alter table notes cluster on notes_pkey"),
    kind("alter table without", "alter table notes set without cluster"),
    kind("alter table tablespace", "alter table notes set tablespace pg_default"),
    kind("alter table access", "alter table notes set access method heap"),
    kind("alter table rule", "alter table notes disable rule silent"),
    kind("alter table of", "alter table pairs_table of pair"),
    kind("alter table not", "alter table pairs_table not of"),
    kind("alter table options", "alter foreign table far_away options (add x 'y')"),
    kind("alter column statistics", "alter table notes alter body set statistics 100"),
    kind("alter column storage", "alter table notes alter body set storage external"),
    kind("alter column compression", "alter table notes alter body set compression pglz"),
    kind("alter column set", "alter table notes alter body set (n_distinct = 5)"),
    kind("alter column options", "alter foreign table far_away alter a options (add x 'y')"),
    kind("alter index", "alter index notes_pkey set (fillfactor = 90)"),
    kind("alter view owner", "alter view titles owner to postgres"),
    kind("grant on database", "grant connect on database another to supabase_keeper"),
    kind("grant on domain", "grant usage on domain short to supabase_keeper"),
    kind(
        "grant on foreign data wrapper",
        "grant usage on foreign data wrapper wrap to supabase_keeper",
    ),
    kind("grant on language", "grant usage on language sql to supabase_keeper"),
    kind("grant on large object", "grant select on large object 42 to supabase_keeper"),
    kind("grant on parameter", "grant set on parameter work_mem to supabase_keeper"),
    kind("grant on server", "grant usage on foreign server far to supabase_keeper"),
    kind("grant on tablespace", "grant create on tablespace disc to supabase_keeper"),
    kind("grant on type", "grant usage on type mood to supabase_keeper"),
    kind("drop cast", "drop cast (mood as int)"),
    kind("drop collation", "drop collation simple"),
    kind("drop conversion", "drop conversion western"),
    kind(
        "drop database",
        "revoke all on database another from supabase_keeper;\ndrop database another",
    ),
    kind("drop user mapping", "drop user mapping for current_user server far"),
    kind("drop operator class", "drop operator class numbers using btree"),
    kind("drop operator family", "drop operator family kind using btree"),
    kind("drop operator", "drop operator === (int, int)"),
    kind("drop rule", "drop rule silent on notes"),
    kind("drop statistics", "drop statistics couples"),
    kind("drop subscription", "drop subscription news"),
    kind("drop tablespace", "drop tablespace disc"),
    kind("drop text search", "drop text search configuration terms"),
    kind("drop transform", "drop transform for int language sql"),
    kind("drop language", "drop language plmine"),
    kind("drop access method", "drop access method heap_too"),
    kind("drop server", "create server near foreign data wrapper wrap;\ndrop server near"),
    kind(
        "drop foreign data wrapper",
        "create foreign data wrapper spare;\ndrop foreign data wrapper spare",
    ),
];

/// Every kind of statement that changes nothing in a catalog of PostgreSQL.
pub fn unchanged() -> impl Iterator<Item = &'static Unchanged> {
    [NO_OBJECT, PSQL, NOT_HELD].into_iter().flatten()
}

impl Session {
    /// A statement that no part of the replay follows: it is on the list, or not understood.
    pub(super) fn run_unfollowed(&mut self, statement: &Statement, span: Span) -> Outcome {
        let kind = kind_of(statement).unwrap_or_else(|| "this statement".into());
        self.changes_nothing(&kind, span)
    }

    /// `ALTER` of an object whose change no part of the replay follows.
    pub(super) fn alter_unfollowed(&mut self, alter: &AlterObject) -> Outcome {
        self.changes_nothing(&kind_of_alter(alter), alter.name.span)
    }

    /// A part of a statement, by its words, that no part of the replay follows.
    pub(super) fn part_unfollowed(&mut self, of: &str, words: &str, span: Span) -> Outcome {
        let first = words.split_whitespace().next().unwrap_or_default();
        self.changes_nothing(&format_smolstr!("{of} {}", first.to_ascii_lowercase()), span)
    }

    /// Says what is not on the list. Other databases have kinds of their own, which are not read
    /// that closely.
    #[expect(clippy::unnecessary_wraps, reason = "it stands where what may fail stands")]
    pub(super) fn changes_nothing(&mut self, kind: &str, span: Span) -> Outcome {
        let is_postgres = self.catalog().dialect == Dialect::Postgres;
        if is_postgres && !unchanged().any(|one| one.kind == kind) {
            self.not_understood(span, format!("{kind}: what it changes is not followed"));
        }
        Ok(())
    }
}

/// The kind that a statement is listed under.
fn kind_of(statement: &Statement) -> Option<SmolStr> {
    let kind = match statement {
        Statement::Other(other) => return Some(kind_of_other(other)),
        Statement::CreateObject(create) => {
            return Some(format_smolstr!("create {}", words(create.kind)));
        }
        Statement::CreateRule(_) => "create rule",
        Statement::Merge(_) => "merge",
        Statement::Truncate(_) => "truncate",
        Statement::Reindex(_) => "reindex",
        Statement::Copy(_) => "copy",
        Statement::Transaction(transaction) => match transaction {
            Transaction::Begin => "begin",
            Transaction::Commit => "commit",
            Transaction::Rollback | Transaction::RollbackTo => "rollback",
            Transaction::Savepoint => "savepoint",
            Transaction::Release => "release",
            Transaction::Other => "set transaction",
        },
        _ => return None,
    };
    Some(kind.into())
}

/// `EXPLAIN ANALYZE` runs what it explains.
fn kind_of_other(other: &OtherStatement) -> SmolStr {
    let explained = other.object.as_ref().map(|object| object.name.as_str());
    if other.verb == "explain" && matches!(explained, None | Some("analyze")) {
        return "explain analyze".into();
    }
    other.verb.clone()
}

fn kind_of_alter(alter: &AlterObject) -> SmolStr {
    let kind = words(alter.kind);
    let held = matches!(
        alter.kind,
        ObjectKind::EventTrigger | ObjectKind::Extension | ObjectKind::Schema | ObjectKind::Trigger
    );
    if !held {
        return format_smolstr!("alter {kind}");
    }
    let change = match &alter.change {
        AlterChange::Rename(_) => "rename",
        AlterChange::SetSchema(_) => "set",
        AlterChange::Owner(_) => "owner",
        AlterChange::Other(words) => words.split_whitespace().next().unwrap_or_default(),
    };
    format_smolstr!("alter {kind} {change}")
}

/// How a kind of object is written.
pub(super) fn words(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::AccessMethod => "access method",
        ObjectKind::Aggregate => "aggregate",
        ObjectKind::Cast => "cast",
        ObjectKind::Collation => "collation",
        ObjectKind::Conversion => "conversion",
        ObjectKind::Database => "database",
        ObjectKind::Domain => "domain",
        ObjectKind::EventTrigger => "event trigger",
        ObjectKind::Extension => "extension",
        ObjectKind::ForeignDataWrapper => "foreign data wrapper",
        ObjectKind::Language => "language",
        ObjectKind::LargeObject => "large object",
        ObjectKind::Operator => "operator",
        ObjectKind::OperatorClass => "operator class",
        ObjectKind::OperatorFamily => "operator family",
        ObjectKind::Owned => "owned",
        ObjectKind::Parameter => "parameter",
        ObjectKind::Rule => "rule",
        ObjectKind::Schema => "schema",
        ObjectKind::Server => "server",
        ObjectKind::Statistics => "statistics",
        ObjectKind::Subscription => "subscription",
        ObjectKind::Tablespace => "tablespace",
        ObjectKind::TextSearch => "text search",
        ObjectKind::Transform => "transform",
        ObjectKind::Trigger => "trigger",
        ObjectKind::Type => "type",
        ObjectKind::UserMapping => "user mapping",
        _ => "another kind of object",
    }
}
