//! Indexes, policies and triggers.

use trave_catalog::{QualifiedName, Table};

use super::Generator;
use super::names::columns_of;
use super::values::{Family, For, family};

impl Generator {
    /// `CREATE INDEX`.
    pub(super) fn create_index(&mut self) -> Option<String> {
        let view = self.materialized_view().filter(|_| self.chance.percent(15));
        if let Some((view, columns)) = view {
            let column = self.chance.any(&columns)?;
            let unique = self.chance.perhaps(50, "unique ");
            return Some(format!(
                "create {unique}index on {} ({})",
                self.full(&view),
                self.ident(&column)
            ));
        }
        let table = self.table()?;
        let unique = self.chance.perhaps(25, "unique ");
        let keep = self.chance.perhaps(30, "if not exists ");
        let name = if !keep.is_empty() || self.chance.percent(60) {
            format!("{keep}{} ", self.part_name())
        } else {
            String::new()
        };
        let only = self.chance.perhaps(3, "only ");
        let on = self.full(&table.name);
        let (method, keys) = self.keys(&table, &unique)?;
        let mut text = format!("create {unique}index {name}on {only}{on}{method} ({keys})");
        if self.chance.percent(10) && method.is_empty() {
            let columns = self.chance.some(&columns_of(&table), (1, 2));
            text = format!("{text} include ({})", self.idents(&columns));
        }
        text.push_str(&if unique.is_empty() {
            String::new()
        } else {
            self.chance.perhaps(10, " nulls not distinct")
        });
        if self.chance.percent(25) {
            text = format!("{text} where {}", self.condition(&table, "", For::Index));
        }
        Some(text)
    }

    fn keys(&mut self, table: &Table, unique: &str) -> Option<(String, String)> {
        let columns = self.chance.some(&table.columns, (1, 2));
        if columns.is_empty() {
            return None;
        }
        if unique.is_empty() && self.chance.percent(15) {
            let column = columns.first()?;
            let name = self.ident(&column.name);
            let method = match family(&column.type_name) {
                Family::Json | Family::Texts => " using gin",
                Family::Other | Family::Boolean => return None,
                _ => self.chance.one(&[" using hash", " using brin"]),
            };
            return Some((method.to_owned(), name));
        }
        let mut keys = Vec::new();
        for column in columns {
            let name = self.ident(&column.name);
            let is_text = family(&column.type_name) == Family::Text;
            let call = self.text_call(&format!("{name}::text"));
            let expressions = [
                format!("lower({name})"),
                format!("(coalesce({name}, ''))"),
                format!("({name} || '!')"),
                call.unwrap_or(format!("upper({name})")),
            ];
            let mut key = if is_text && self.chance.percent(30) {
                self.chance.one(&expressions).clone()
            } else {
                name
            };
            if is_text && self.chance.percent(8) {
                key.push_str(" text_pattern_ops");
            }
            let orders = [" desc", " asc", " desc nulls last", " nulls first"];
            if self.chance.percent(25) {
                key.push_str(self.chance.one::<&str>(&orders));
            }
            keys.push(key);
        }
        Some((self.chance.perhaps(20, " using btree"), keys.join(", ")))
    }

    /// `DROP INDEX` and `ALTER INDEX`.
    pub(super) fn change_index(&mut self) -> Option<String> {
        let mut indexes: Vec<QualifiedName> = Vec::new();
        for table in self.catalog.tables.values().filter(|table| table.provenance.is_migration()) {
            let named = |name: &str| QualifiedName::new(table.name.schema.clone(), name);
            indexes.extend(table.indexes.iter().map(|index| named(&index.name)));
        }
        let name = self.chance.any(&indexes)?;
        let name = self.full(&name);
        if self.chance.percent(40) {
            return Some(format!("alter index {name} rename to {}", self.part_name()));
        }
        let if_exists = self.chance.perhaps(40, "if exists ");
        Some(format!("drop index {if_exists}{name}{}", self.chance.perhaps(20, " cascade")))
    }

    /// A table for a policy: sometimes one of the platform's.
    fn guarded_table(&mut self) -> Option<Table> {
        if self.chance.percent(8) {
            return self.catalog.tables.get(&QualifiedName::new("storage", "objects")).cloned();
        }
        self.table()
    }

    /// `CREATE POLICY`.
    pub(super) fn create_policy(&mut self) -> Option<String> {
        let table = self.guarded_table()?;
        let name = self.part_name();
        let on = self.full(&table.name);
        let kind = self.chance.perhaps(15, " as restrictive");
        let command = *self.chance.one(&["", "all", "select", "insert", "update", "delete"]);
        let roles =
            ["", " to authenticated", " to anon, authenticated", " to public", " to service_role"];
        let roles = self.chance.one(&roles).to_string();
        let mut text = format!("create policy {name} on {on}{kind}");
        if !command.is_empty() {
            text = format!("{text} for {command}");
        }
        text.push_str(&roles);
        let takes_check = matches!(command, "" | "all" | "insert" | "update");
        if command != "insert" && self.chance.percent(90) {
            text = format!("{text} using ({})", self.policy_condition(&table));
        }
        if takes_check && self.chance.percent(60) {
            text = format!("{text} with check ({})", self.policy_condition(&table));
        }
        Some(text)
    }

    fn policy_condition(&mut self, table: &Table) -> String {
        match self.chance.below(8) {
            0 => "true".to_owned(),
            1 | 2 => self.exists_in_other(table).unwrap_or_else(|| "false".to_owned()),
            3 => self.call_of_project().unwrap_or_else(|| "auth.uid() is not null".to_owned()),
            4 => {
                let before = format!("{}.", self.ident(&table.name.name));
                self.condition(table, &before, For::Query)
            }
            _ => self.condition(table, "", For::Query),
        }
    }

    fn exists_in_other(&mut self, table: &Table) -> Option<String> {
        let other = self.table()?;
        if other.name.name == table.name.name {
            return None;
        }
        let name = self.full(&other.name);
        if self.chance.percent(50) {
            let inner = self.condition(&other, "o.", For::Query);
            return Some(format!("exists (select 1 from {name} o where {inner})"));
        }
        let mut pairs = Vec::new();
        for own in &table.columns {
            let same = other.columns.iter().filter(|column| column.type_name == own.type_name);
            pairs.extend(same.map(|column| (own.name.to_string(), column.name.to_string())));
        }
        let (own, theirs) = self.chance.any(&pairs)?;
        let outer = self.ident(&table.name.name);
        let (own, theirs) = (self.ident(&own), self.ident(&theirs));
        Some(format!("{outer}.{own} in (select o.{theirs} from {name} as o)"))
    }

    /// A call of a function without arguments that returns a boolean.
    pub(super) fn call_of_project(&mut self) -> Option<String> {
        let calls = |function: &&trave_catalog::Function| {
            function.returns == "boolean"
                && function.arguments.is_empty()
                && !function.is_procedure
                && !function.returns_set
                && function.provenance.is_migration()
        };
        let names: Vec<QualifiedName> =
            self.catalog.functions.values().filter(calls).map(|one| one.name.clone()).collect();
        let name = self.chance.any(&names)?;
        Some(format!("{}()", self.full(&name)))
    }

    /// `ALTER POLICY` and `DROP POLICY`.
    pub(super) fn change_policy(&mut self) -> Option<String> {
        let tables: Vec<Table> = self
            .catalog
            .tables
            .values()
            .filter(|table| !table.policies.is_empty())
            .cloned()
            .collect();
        let table = self.chance.any(&tables)?;
        let policy = self.chance.one(&table.policies).clone();
        let (name, on) = (self.ident(&policy.name), self.full(&table.name));
        Some(match self.chance.below(6) {
            0 => format!("alter policy {name} on {on} rename to {}", self.part_name()),
            1 => format!("alter policy {name} on {on} to authenticated"),
            2 if policy.using.is_some() => {
                format!("alter policy {name} on {on} using ({})", self.policy_condition(&table))
            }
            _ => format!("drop policy {}{name} on {on}", self.chance.perhaps(50, "if exists ")),
        })
    }

    /// `CREATE TRIGGER`.
    pub(super) fn create_trigger(&mut self) -> Option<String> {
        let functions: Vec<QualifiedName> = self
            .catalog
            .functions
            .values()
            .filter(|one| one.returns == "trigger" && one.provenance.is_migration())
            .map(|one| one.name.clone())
            .collect();
        let function = self.chance.any(&functions)?;
        let users = QualifiedName::new("auth", "users");
        let table = if self.chance.percent(15) {
            self.catalog.tables.get(&users).cloned()?
        } else {
            self.table()?
        };
        let replace = self.chance.perhaps(20, "or replace ");
        let (name, on) = (self.part_name(), self.full(&table.name));
        let function = self.full(&function);
        let moment = *self.chance.one(&["before", "after"]);
        let mut events = self.chance.some(&["insert", "update", "delete"], (1, 2)).join(" or ");
        if self.chance.percent(15) {
            let column = self.chance.any(&columns_of(&table))?;
            events = events.replace("update", &format!("update of {}", self.ident(&column)));
        }
        let level =
            *self.chance.one(&[" for each row", " for each row", " for each statement", ""]);
        let mut when = String::new();
        if self.chance.percent(15) && level == " for each row" && !events.contains("insert") {
            when = format!(" when ({})", self.condition(&table, "old.", For::Check));
        }
        let word = *self.chance.one(&["function", "procedure"]);
        Some(format!(
            "create {replace}trigger {name} {moment} {events} on {on}{level}{when} execute {word} {function}()"
        ))
    }

    /// `DROP TRIGGER` and `ALTER TRIGGER`.
    pub(super) fn change_trigger(&mut self) -> Option<String> {
        let tables: Vec<Table> = self
            .catalog
            .tables
            .values()
            .filter(|table| !table.triggers.is_empty())
            .cloned()
            .collect();
        let table = self.chance.any(&tables)?;
        let trigger = self.chance.one(&table.triggers).clone();
        let (name, on) = (self.ident(&trigger.name), self.full(&table.name));
        Some(match self.chance.below(3) {
            0 => format!("alter trigger {name} on {on} rename to {}", self.part_name()),
            _ => format!("drop trigger {}{name} on {on}", self.chance.perhaps(50, "if exists ")),
        })
    }
}
