//! `ALTER TABLE` and `DROP TABLE`.

use trave_catalog::{Column, Identity, Table};

use super::Generator;
use super::names::columns_of;
use super::values::{Family, For, family};

impl Generator {
    /// `ALTER TABLE`, with one action or with some.
    pub(super) fn alter_table(&mut self) -> Option<String> {
        let table = self.table()?;
        let only = self.chance.perhaps(4, "only ");
        let if_exists = self.chance.perhaps(10, "if exists ");
        let name = self.full(&table.name);
        let count = if self.chance.percent(20) { 2 } else { 1 };
        let mut actions: Vec<String> = Vec::new();
        for _ in 0..count {
            actions.extend(self.table_action(&table));
        }
        // What is said of a value beside a new type of it is said of which type?
        if let Some(alone) = actions.iter().find(|action| action.contains(" using ")).cloned() {
            actions = vec![alone];
        }
        if actions.is_empty() {
            return None;
        }
        Some(format!("alter table {if_exists}{only}{name} {}", actions.join(", ")))
    }

    /// An action that may stand beside others.
    fn table_action(&mut self, table: &Table) -> Option<String> {
        match self.chance.below(16) {
            14 => {
                let list = [
                    "owner to postgres",
                    "set (fillfactor = 90)",
                    "replica identity full",
                    "set logged",
                    "set unlogged",
                ];
                Some(self.chance.one(&list).to_string())
            }
            15 => self.type_with_using(table),
            0..=3 => {
                let column = self.chance.perhaps(70, "column ");
                let keep = self.chance.perhaps(25, "if not exists ");
                Some(format!("add {column}{keep}{}", self.draft().text))
            }
            4 => {
                let column = self.some_column(table)?;
                let if_exists = self.chance.perhaps(20, "if exists ");
                let cascade = self.chance.perhaps(40, " cascade");
                Some(format!("drop column {if_exists}{}{cascade}", self.ident(&column.name)))
            }
            5..=8 => self.column_action(table),
            9 | 10 => self.new_constraint(table),
            11 => self.old_constraint(table),
            12 => {
                let list = [
                    "enable row level security",
                    "disable row level security",
                    "force row level security",
                    "no force row level security",
                ];
                Some(self.chance.one(&list).to_string())
            }
            _ => {
                let trigger = self.chance.any(&table.triggers)?;
                let word = *self.chance.one(&["disable", "enable"]);
                let name = self.ident(&trigger.name);
                Some(format!(
                    "{word} trigger {}",
                    if self.chance.percent(20) { "all" } else { &name }
                ))
            }
        }
    }

    /// A type that a value has to be converted to.
    fn type_with_using(&mut self, table: &Table) -> Option<String> {
        let free = |column: &&Column| {
            let named = |text: &str| text.to_lowercase().contains(&column.name.to_lowercase());
            column.default.is_none()
                && column.sequence.is_none()
                && column.identity.is_none()
                && !table.checks.iter().any(|check| named(&check.expression))
                && !table.indexes.iter().any(|index| {
                    index.predicate.is_some()
                        || index
                            .keys
                            .iter()
                            .any(|key| key.column().is_none() || key.opclass.is_some())
                        || index.method != "btree"
                })
                && !table.columns.iter().any(|other| other.generated.as_deref().is_some_and(named))
        };
        let columns: Vec<Column> = table.columns.iter().filter(free).cloned().collect();
        let column = self.chance.any(&columns)?;
        let name = self.ident(&column.name);
        if family(&column.type_name) == Family::Text {
            let (kind, label) = self.user_type()?;
            label?;
            return Some(format!("alter column {name} type {kind} using {name}::{kind}"));
        }
        let kind = *self.chance.one(&["text", "varchar(30)"]);
        Some(format!("alter column {name} type {kind} using {name}::text"))
    }

    fn some_column(&mut self, table: &Table) -> Option<Column> {
        if self.chance.percent(3) {
            let name = self.column_name();
            let other = table.columns.first()?;
            return Some(Column { name: name.into(), ..other.clone() });
        }
        self.chance.any(&table.columns)
    }

    fn column_action(&mut self, table: &Table) -> Option<String> {
        let column = self.some_column(table)?;
        let column = table.column(&column.name).cloned().unwrap_or(column);
        let name = self.ident(&column.name);
        let change = match self.chance.below(9) {
            0 | 1 => {
                let kind = table.column(&column.name)?.type_name.clone();
                format!("set default {}", self.default_for(&kind)?)
            }
            2 => "drop default".to_owned(),
            3 => "set not null".to_owned(),
            4 => "drop not null".to_owned(),
            5 if matches!(column.type_name.as_str(), "integer" | "bigint" | "smallint")
                && column.identity.is_none() =>
            {
                format!("add generated {} as identity", self.chance.one(&["always", "by default"]))
            }
            5 => match column.identity {
                Some(Identity::Always) => "set generated by default".to_owned(),
                _ => "drop identity if exists".to_owned(),
            },
            6 if column.generated.is_some() => "drop expression".to_owned(),
            _ => {
                // PostgreSQL writes such expressions anew, with casts that nobody wrote.
                let named = |text: &str| text.to_lowercase().contains(&column.name.to_lowercase());
                let in_index = |index: &trave_catalog::Index| {
                    index.predicate.as_deref().is_some_and(named)
                        || index.keys.iter().any(|key| match &key.what {
                            trave_catalog::IndexTarget::Expression(text) => named(text),
                            trave_catalog::IndexTarget::Column(_) => false,
                        })
                };
                if column.default.as_deref().is_some_and(|text| text.eq_ignore_ascii_case("null")) {
                    return None;
                }
                let in_check = |check: &trave_catalog::Check| named(&check.expression);
                if table.checks.iter().any(in_check) || table.indexes.iter().any(in_index) {
                    return None;
                }
                let kinds: &[&str] = match family(&column.type_name) {
                    Family::Number if column.identity.is_some() => &["bigint", "integer"],
                    Family::Number => &["bigint", "numeric", "integer", "double precision"],
                    Family::Text => &["text", "varchar(60)", "varchar"],
                    Family::Moment => &["timestamptz", "timestamp", "timestamp with time zone"],
                    _ => return None,
                };
                let data = self.chance.perhaps(50, "set data ");
                format!("{data}type {}", self.chance.one(kinds))
            }
        };
        let word = self.chance.perhaps(80, "column ");
        Some(format!("alter {word}{name} {change}"))
    }

    /// `ADD CONSTRAINT`.
    fn new_constraint(&mut self, table: &Table) -> Option<String> {
        let name = self.constraint_name(70);
        let columns = self.chance.some(&columns_of(table), (1, 2));
        if columns.is_empty() {
            return None;
        }
        let list = self.idents(&columns);
        Some(match self.chance.below(6) {
            0 => format!("add {name}primary key ({list})"),
            1 => format!("add {name}unique ({list})"),
            2 | 3 => {
                let not_valid = self.chance.perhaps(30, " not valid");
                format!("add {name}check ({}){not_valid}", self.condition(table, "", For::Check))
            }
            4 => {
                let plain = |index: &&trave_catalog::Index| {
                    index.unique && index.constraint.is_none() && index.predicate.is_none()
                };
                let indexes: Vec<_> = table.indexes.iter().filter(plain).cloned().collect();
                let index = self.chance.any(&indexes)?;
                format!("add {name}unique using index {}", self.ident(&index.name))
            }
            _ => {
                let column = self.chance.one(&table.columns).clone();
                let references = self.references(&column.type_name)?;
                let not_valid = self.chance.perhaps(25, " not valid");
                format!(
                    "add {name}foreign key ({}) {references}{not_valid}",
                    self.ident(&column.name)
                )
            }
        })
    }

    /// `DROP`, `RENAME` or `VALIDATE CONSTRAINT`.
    fn old_constraint(&mut self, table: &Table) -> Option<String> {
        let name = self.chance.any(&constraints_of(table))?;
        let name = self.ident(&name);
        let if_exists = self.chance.perhaps(20, "if exists ");
        let cascade = self.chance.perhaps(30, " cascade");
        Some(match self.chance.below(3) {
            0 => format!("validate constraint {name}"),
            _ => format!("drop constraint {if_exists}{name}{cascade}"),
        })
    }

    /// New names and new places, which stand alone.
    pub(super) fn rename_table(&mut self) -> Option<String> {
        let table = self.table()?;
        let name = self.full(&table.name);
        let change = match self.chance.below(8) {
            0 | 1 => {
                let to = self.new_table();
                format!("rename to {}", to.rsplit('.').next().unwrap())
            }
            2..=4 => {
                let from = self.some_column(&table)?;
                let to = self.column_name();
                let word = self.chance.perhaps(60, "column ");
                format!("rename {word}{} to {}", self.ident(&from.name), self.ident(&to))
            }
            5 | 6 => {
                let from = self.chance.any(&constraints_of(&table))?;
                format!("rename constraint {} to {}", self.ident(&from), self.part_name())
            }
            _ => {
                let schema = self.schema();
                format!("set schema {}", self.ident(&schema))
            }
        };
        Some(format!("alter table {name} {change}"))
    }

    /// Partitions and heirs that come and go.
    pub(super) fn attach(&mut self) -> Option<String> {
        let (one, other) = (self.table()?, self.table()?);
        if let Some(parent) = self.partitioned().filter(|_| self.chance.percent(60)) {
            let children: Vec<Table> = self
                .catalog
                .tables
                .values()
                .filter(|table| table.is_partition && table.inherits.contains(&parent.name))
                .cloned()
                .collect();
            let name = self.full(&parent.name);
            return match self.chance.any(&children) {
                Some(child) if self.chance.percent(60) => {
                    Some(format!("alter table {name} detach partition {}", self.full(&child.name)))
                }
                _ => {
                    let bound = self.bound(&parent)?;
                    let like: Vec<Table> = self
                        .catalog
                        .tables
                        .values()
                        .filter(|table| columns_of(table) == columns_of(&parent))
                        .filter(|table| table.provenance.is_migration())
                        .cloned()
                        .collect();
                    let child = self.chance.any(&like)?;
                    Some(format!(
                        "alter table {name} attach partition {} {bound}",
                        self.full(&child.name)
                    ))
                }
            };
        }
        let parent = one.inherits.first().cloned();
        let name = self.full(&one.name);
        match parent.filter(|_| self.chance.percent(70)) {
            Some(parent) => Some(format!("alter table {name} no inherit {}", self.full(&parent))),
            None => Some(format!("alter table {name} inherit {}", self.full(&other.name))),
        }
    }

    /// `DROP TABLE`.
    pub(super) fn drop_table(&mut self) -> Option<String> {
        let table = self.table()?;
        let if_exists = self.chance.perhaps(50, "if exists ");
        let mut names = self.full(&table.name);
        if self.chance.percent(10) {
            let other = self.table()?;
            names = format!("{names}, {}", self.full(&other.name));
        }
        if self.chance.percent(5) {
            names = self.new_table();
        }
        let cascade = self.chance.perhaps(50, " cascade");
        Some(format!("drop table {if_exists}{names}{cascade}"))
    }
}

/// The names of a table's constraints.
fn constraints_of(table: &Table) -> Vec<String> {
    let keys = table.primary_key.iter().chain(&table.uniques).chain(&table.exclusions);
    let keys = keys.map(|key| key.name.to_string());
    let checks = table.checks.iter().map(|check| check.name.to_string());
    let references = table.foreign_keys.iter().map(|key| key.name.to_string());
    keys.chain(checks).chain(references).collect()
}
