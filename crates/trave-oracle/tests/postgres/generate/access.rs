//! `GRANT`, `REVOKE` and default privileges.

use super::Generator;
use super::names::{columns_of, own_schemas};

const ROLES: [&str; 6] =
    ["anon", "authenticated", "service_role", "public", "anon, authenticated", "PUBLIC"];

impl Generator {
    fn give_or_take(&mut self, what: &str) -> String {
        let role = self.chance.one(&ROLES).to_string();
        if self.chance.percent(50) {
            format!("grant {what} to {role}")
        } else {
            format!("revoke {what} from {role}")
        }
    }

    /// `GRANT` and `REVOKE`.
    pub(super) fn grant(&mut self) -> Option<String> {
        let of_tables = [
            "select",
            "insert",
            "all",
            "all privileges",
            "select, insert, update, delete",
            "truncate, references",
            "update",
        ];
        let what = match self.chance.below(10) {
            0..=2 => {
                let table = self.table()?;
                let word = self.chance.perhaps(40, "table ");
                format!("{} on {word}{}", self.chance.one(&of_tables), self.full(&table.name))
            }
            3 | 4 => {
                let table = self.table()?;
                let columns = self.chance.some(&columns_of(&table), (1, 2));
                if columns.is_empty() {
                    return None;
                }
                let privilege = *self.chance.one(&["select", "update", "insert"]);
                let columns = self.idents(&columns);
                format!("{privilege} ({columns}) on {}", self.full(&table.name))
            }
            5 => {
                let view = self.view()?;
                format!("{} on {}", self.chance.one(&of_tables), self.full(&view.name))
            }
            6 => {
                let function = self.function()?;
                let kind = if function.is_procedure { "procedure" } else { "function" };
                let privilege = *self.chance.one(&["execute", "all"]);
                format!("{privilege} on {kind} {}", self.routine(&function))
            }
            7 | 8 => self.of_schema(),
            _ => {
                let sequences =
                    self.catalog.sequences.values().filter(|one| one.provenance.is_migration());
                let names: Vec<_> = sequences.map(|one| one.name.clone()).collect();
                let name = self.chance.any(&names)?;
                let privilege = *self.chance.one(&["usage", "all", "usage, select"]);
                format!("{privilege} on sequence {}", self.full(&name))
            }
        };
        Some(self.give_or_take(&what))
    }

    /// Privileges on a schema, or on all that is in it.
    fn of_schema(&mut self) -> String {
        let schema = self.chance.one(&own_schemas(&self.catalog)).clone();
        let schema = self.ident(&schema);
        let wide = [
            "usage on",
            "all on",
            "create on",
            "select on all tables in",
            "all on all tables in",
            "execute on all functions in",
            "usage on all sequences in",
            "all on all routines in",
            "all on all sequences in",
        ];
        format!("{} schema {schema}", self.chance.one(&wide))
    }

    /// `ALTER DEFAULT PRIVILEGES`.
    pub(super) fn default_privileges(&mut self) -> Option<String> {
        let schema = if self.chance.percent(60) {
            let schema = self.chance.one(&own_schemas(&self.catalog)).clone();
            format!(" in schema {}", self.ident(&schema))
        } else {
            String::new()
        };
        let role = self.chance.perhaps(30, " for role postgres");
        let what = *self.chance.one(&[
            "select on tables",
            "all on tables",
            "execute on functions",
            "all on functions",
            "usage on sequences",
            "all on sequences",
            "all on routines",
        ]);
        Some(format!("alter default privileges{role}{schema} {}", self.give_or_take(what)))
    }
}
