//! Types, sequences, schemas, extensions, publications and comments.

use trave_catalog::{QualifiedName, TypeKind};

use super::Generator;
use super::names::own_schemas;

const LABELS: [&str; 5] = ["new", "open", "done", "In Review", "it's"];

impl Generator {
    fn label(&mut self) -> String {
        format!("'{}'", self.chance.one(&LABELS).replace('\'', "''"))
    }

    /// `CREATE TYPE` and `CREATE DOMAIN`.
    pub(super) fn create_type(&mut self) -> Option<String> {
        let name = self.new_other();
        Some(match self.chance.below(6) {
            0..=2 => {
                let labels = self.chance.some(&LABELS, (1, 4));
                let labels: Vec<String> =
                    labels.iter().map(|label| format!("'{}'", label.replace('\'', "''"))).collect();
                format!("create type {name} as enum ({})", labels.join(", "))
            }
            3 => {
                let (one, two) = (self.data_type(), self.data_type());
                format!("create type {name} as (a {one}, \"B\" {two})")
            }
            _ => {
                let (base, default, check) = *self.chance.one(&[
                    ("text", " default 'a'", "value <> ''"),
                    ("integer", " default 1", "value > 0"),
                    ("varchar(10)", "", "length(value) > 1"),
                    ("numeric(5, 2)", "", "value >= 0"),
                ]);
                let default = self.chance.perhaps(30, default);
                let not_null = self.chance.perhaps(20, " not null");
                let check_name = self.constraint_name(30);
                let check = self.chance.perhaps(60, &format!(" {check_name}check ({check})"));
                format!("create domain {name} as {base}{default}{not_null}{check}")
            }
        })
    }

    /// `ALTER TYPE`, `ALTER DOMAIN`, `DROP TYPE`, `DROP DOMAIN`.
    pub(super) fn change_type(&mut self) -> Option<String> {
        let own: Vec<_> = self
            .catalog
            .types
            .values()
            .filter(|kind| kind.provenance.is_migration())
            .cloned()
            .collect();
        let kind = self.chance.any(&own)?;
        let is_domain = matches!(kind.kind, TypeKind::Domain { .. });
        let word = if is_domain { "domain" } else { "type" };
        let name = self.full(&kind.name);
        if self.chance.percent(30) {
            let if_exists = self.chance.perhaps(50, "if exists ");
            return Some(format!(
                "drop {word} {if_exists}{name}{}",
                self.chance.perhaps(60, " cascade")
            ));
        }
        if self.chance.percent(35) {
            let schema = self.schema();
            let to = self.new_other();
            let changes = [
                format!("rename to {}", to.rsplit('.').next().unwrap()),
                format!("set schema {}", self.ident(&schema)),
            ];
            return Some(format!("alter {word} {name} {}", self.chance.one(&changes)));
        }
        let change = self.change_of(&kind.kind)?;
        Some(format!("alter {word} {name} {change}"))
    }

    /// What changes inside of a type.
    fn change_of(&mut self, kind: &TypeKind) -> Option<String> {
        let change = match kind {
            TypeKind::Enum(labels) => {
                let keep = self.chance.perhaps(40, "if not exists ");
                self.added_label = true;
                let old = self.chance.any(labels)?.replace('\'', "''");
                let new = self.label();
                let changes = [
                    format!("add value {keep}{new}"),
                    format!("add value {keep}{new} before '{old}'"),
                    format!("add value {keep}{new} after '{old}'"),
                    format!("rename value '{old}' to {new}"),
                ];
                self.chance.one(&changes).clone()
            }
            TypeKind::Composite(attributes) => {
                let one = self.chance.any(attributes)?.0;
                let one = self.ident(&one);
                let kind = self.data_type();
                let changes = [
                    format!("add attribute c {kind}"),
                    format!("drop attribute {one}"),
                    format!("rename attribute {one} to d"),
                ];
                self.chance.one(&changes).clone()
            }
            TypeKind::Domain { checks, base, .. } => {
                let mut changes = vec![
                    "set not null".to_owned(),
                    "drop not null".to_owned(),
                    "drop default".to_owned(),
                ];
                if base == "integer" {
                    changes.push("add check (value < 100)".to_owned());
                    changes.push("set default 7".to_owned());
                }
                if let Some((check, _)) = self.chance.any(checks) {
                    let check = self.ident(&check);
                    changes.push(format!("drop constraint {check}"));
                    changes.push(format!("rename constraint {check} to renamed"));
                }
                self.chance.one(&changes).clone()
            }
            _ => return None,
        };
        Some(change)
    }

    /// Sequences.
    pub(super) fn sequence(&mut self) -> Option<String> {
        let own: Vec<QualifiedName> = self
            .catalog
            .sequences
            .values()
            .filter(|one| one.provenance.is_migration())
            .map(|one| one.name.clone())
            .collect();
        let old = self.chance.any(&own).filter(|_| self.chance.percent(60));
        let Some(old) = old else {
            let keep = self.chance.perhaps(30, "if not exists ");
            let options = self.chance.perhaps(30, " start with 100 increment by 5");
            return Some(format!("create sequence {keep}{}{options}", self.new_other()));
        };
        let name = self.full(&old);
        Some(match self.chance.below(5) {
            0 => format!(
                "drop sequence {}{name}{}",
                self.chance.perhaps(40, "if exists "),
                self.chance.perhaps(40, " cascade")
            ),
            1 => format!(
                "alter sequence {name} rename to {}",
                self.chance.one(&["alpha", "counter"])
            ),
            2 => {
                let table = self.table()?;
                let column = self.chance.any(&table.columns)?;
                let owner = format!("{}.{}", self.full(&table.name), self.ident(&column.name));
                format!("alter sequence {name} owned by {owner}")
            }
            3 => format!("alter sequence {name} owned by none"),
            _ => {
                let schema = self.schema();
                format!("alter sequence {name} set schema {}", self.ident(&schema))
            }
        })
    }

    /// Schemas.
    pub(super) fn change_schema(&mut self) -> Option<String> {
        let own: Vec<String> =
            own_schemas(&self.catalog).into_iter().filter(|name| name != "public").collect();
        let old = self.chance.any(&own).filter(|_| self.chance.percent(40));
        let Some(old) = old else {
            let name = *self.chance.one(&["app", "private", "My Schema"]);
            let keep = self.chance.perhaps(40, "if not exists ");
            return Some(format!("create schema {keep}{}", self.ident(name)));
        };
        let name = self.ident(&old);
        Some(match self.chance.below(3) {
            0 => {
                let to = *self.chance.one(&["app", "private", "moved"]);
                format!("alter schema {name} rename to {to}")
            }
            _ => format!(
                "drop schema {}{name}{}",
                self.chance.perhaps(40, "if exists "),
                self.chance.perhaps(70, " cascade")
            ),
        })
    }

    /// `SET search_path`, which later statements are written for.
    pub(super) fn set_path(&mut self) -> Option<String> {
        if self.chance.percent(20) {
            self.path = super::default_path();
            return Some(
                self.chance.one(&["reset search_path", "set search_path to default"]).to_string(),
            );
        }
        if self.chance.percent(10) {
            let schema = self.schema();
            self.path = vec![schema.clone()];
            let ways = [
                format!("select set_config('search_path', '{schema}', false)"),
                format!("set schema '{schema}'"),
            ];
            if schema.contains(' ') {
                return Some(ways[1].clone());
            }
            return Some(self.chance.one(&ways).clone());
        }
        if self.chance.percent(10) {
            self.path = Vec::new();
            return Some("set search_path = ''".to_owned());
        }
        let schema = self.schema();
        let path: Vec<String> =
            if self.chance.percent(50) { vec![schema, "public".to_owned()] } else { vec![schema] };
        let written: Vec<String> = path.iter().map(|name| self.ident(name)).collect();
        let local = self.chance.perhaps(20, "local ");
        self.path = path;
        let word = *self.chance.one(&["=", "to"]);
        Some(format!("set {local}search_path {word} {}", written.join(", ")))
    }

    /// Publications, extensions and comments.
    pub(super) fn small(&mut self) -> Option<String> {
        match self.chance.below(13) {
            8 => {
                let id = *self.chance.one(&["avatars", "files"]);
                let public = *self.chance.one(&["true", "false"]);
                let conflict = [
                    "",
                    " on conflict (id) do nothing",
                    " on conflict (id) do update set public = excluded.public",
                ];
                let conflict = self.chance.one(&conflict).to_string();
                Some(format!(
                    "insert into storage.buckets (id, name, public) values ('{id}', '{id}', {public}){conflict}"
                ))
            }
            9 => Some("update storage.buckets set public = false where id = 'avatars'".to_owned()),
            10 => Some("delete from storage.buckets where id = 'files'".to_owned()),
            11 => {
                let table = self.table()?;
                Some(format!("delete from {} where false", self.full(&table.name)))
            }
            12 => {
                let (view, _) = self.materialized_view()?;
                Some(format!("refresh materialized view {}", self.full(&view)))
            }
            0..=3 => {
                let table = self.table()?;
                let word = *self.chance.one(&["add", "add", "drop"]);
                Some(format!(
                    "alter publication supabase_realtime {word} table {}",
                    self.full(&table.name)
                ))
            }
            4 => Some("create publication mine for all tables".to_owned()),
            5 => Some("create extension if not exists pgcrypto with schema extensions".to_owned()),
            _ => {
                let table = self.table()?;
                Some(format!("comment on table {} is 'what it''s for'", self.full(&table.name)))
            }
        }
    }
}
