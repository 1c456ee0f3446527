//! Views and materialized views.

use trave_catalog::{QualifiedName, Table, View};

use super::Generator;
use super::names::columns_of;
use super::values::For;

impl Generator {
    /// One of the project's views.
    pub(super) fn view(&mut self) -> Option<View> {
        let views = self.catalog.views.values().filter(|view| view.provenance.is_migration());
        let views: Vec<View> = views.cloned().collect();
        self.chance.any(&views)
    }

    /// A materialized view with its columns.
    pub(super) fn materialized_view(&mut self) -> Option<(QualifiedName, Vec<String>)> {
        let view = self.view().filter(|view| view.materialized && view.columns_known)?;
        let columns = view.columns.iter().map(ToString::to_string).collect();
        Some((view.name, columns))
    }

    /// `CREATE VIEW`.
    pub(super) fn create_view(&mut self) -> Option<String> {
        let query = self.query()?;
        if self.chance.percent(20) {
            let keep = self.chance.perhaps(30, "if not exists ");
            return Some(format!("create materialized view {keep}{} as {query}", self.new_other()));
        }
        let old = self.view().filter(|_| self.chance.percent(25));
        let replace = if old.is_some() {
            "or replace ".to_owned()
        } else {
            self.chance.perhaps(30, "or replace ")
        };
        let name = match old {
            Some(old) => self.full(&old.name),
            None => self.new_other(),
        };
        let options = [
            "",
            "",
            "",
            " with (security_invoker = true)",
            " with (security_invoker)",
            " with (security_barrier = true, security_invoker = on)",
        ];
        let options = self.chance.one(&options).to_string();
        // No view reads itself.
        let short = name.rsplit('.').next().unwrap().trim_matches('"').to_lowercase();
        if query.to_lowercase().contains(&short) {
            return None;
        }
        let columns = if self.chance.percent(8) { " (first)" } else { "" };
        Some(format!("create {replace}view {name}{columns}{options} as {query}"))
    }

    /// A query over what there is.
    fn query(&mut self) -> Option<String> {
        if self.chance.percent(15) {
            let view = self.view()?;
            return Some(format!("select * from {}", self.full(&view.name)));
        }
        let table = self.table()?;
        let name = self.full(&table.name);
        Some(match self.chance.below(14) {
            8..=13 => self.wider_query(&table, &name)?,
            0 | 1 => format!("select * from {name}"),
            2 => {
                let alias = self.chance.some(&columns_of(&table), (1, 3));
                let alias: Vec<String> =
                    alias.iter().map(|column| format!("t.{}", self.ident(column))).collect();
                let condition = self.condition(&table, "t.", For::Query);
                format!("select {} from {name} t where {condition}", nonempty(&alias)?)
            }
            3 => self.join(&table)?,
            4 => {
                let column = self.chance.any(&columns_of(&table))?;
                let column = self.ident(&column);
                format!("select {column}, count(*) as number from {name} group by {column}")
            }
            5 => {
                let column = self.chance.any(&columns_of(&table))?;
                let column = self.ident(&column);
                format!(
                    "with w as (select {column} from {name}) select {column} as shown, 1 as one from w"
                )
            }
            _ => {
                let columns = self.chance.some(&columns_of(&table), (1, 3));
                let columns: Vec<String> =
                    columns.iter().map(|column| self.ident(column)).collect();
                format!("select {} from {name}", nonempty(&columns)?)
            }
        })
    }

    /// Unions, queries in queries, windows, groups, calls.
    fn wider_query(&mut self, table: &Table, name: &str) -> Option<String> {
        Some(match self.chance.below(6) {
            0 => {
                let columns = self.chance.some(&columns_of(table), (1, 2));
                let columns: Vec<String> =
                    columns.iter().map(|column| self.ident(column)).collect();
                let columns = nonempty(&columns)?;
                let word = *self.chance.one(&["union", "union all", "except"]);
                format!("select {columns} from {name} {word} select {columns} from {name}")
            }
            1 => {
                let other = self.table()?;
                let (one, two) = (self.full(&table.name), self.full(&other.name));
                let column = self.chance.any(&columns_of(&other))?;
                let column = self.ident(&column);
                format!(
                    "select a.*, (select max(b.{column}::text) from {two} b) as most from {one} a"
                )
            }
            2 => format!("select s.* from (select * from {name}) s"),
            3 => {
                let column = self.chance.any(&columns_of(table))?;
                let (column, first) = (self.ident(&column), self.ident(&table.columns[0].name));
                format!(
                    "select {column}, row_number() over (order by {first}) as number from {name} order by {column} limit 10"
                )
            }
            4 => {
                let short = self.ident(&table.name.name);
                let column = self.chance.any(&columns_of(table))?;
                let column = self.ident(&column);
                format!(
                    "select {short}.{column} from {name} where {short}.{column} is not null group by {short}.{column}"
                )
            }
            _ => {
                let call = self.call_of_project()?;
                format!("select {call} as answer, 'a' as letter")
            }
        })
    }

    fn join(&mut self, table: &Table) -> Option<String> {
        let other = self.table()?;
        let (one, two) = (self.full(&table.name), self.full(&other.name));
        let first = self.chance.any(&columns_of(table))?;
        let second = self.chance.any(&columns_of(&other))?;
        let (first, second) = (self.ident(&first), self.ident(&second));
        let kind = *self.chance.one(&["join", "left join", "inner join"]);
        Some(format!(
            "select a.{first} as one, b.{second} as two from {one} a {kind} {two} b on true"
        ))
    }

    /// `ALTER VIEW` and `DROP VIEW`.
    pub(super) fn change_view(&mut self) -> Option<String> {
        let view = self.view()?;
        let kind = if view.materialized { "materialized view" } else { "view" };
        let name = self.full(&view.name);
        if self.chance.percent(40) {
            let if_exists = self.chance.perhaps(40, "if exists ");
            return Some(format!(
                "drop {kind} {if_exists}{name}{}",
                self.chance.perhaps(40, " cascade")
            ));
        }
        let change = match self.chance.below(5) {
            0 => {
                let to = self.new_other();
                format!("rename to {}", to.rsplit('.').next().unwrap())
            }
            1 => {
                let schema = self.schema();
                format!("set schema {}", self.ident(&schema))
            }
            2 => {
                let from = self.chance.any(&view.columns)?;
                format!("rename column {} to {}", self.ident(&from), self.part_name())
            }
            3 if !view.materialized => "set (security_invoker = true)".to_owned(),
            _ if !view.materialized => "reset (security_invoker)".to_owned(),
            _ => return None,
        };
        Some(format!("alter {kind} {name} {change}"))
    }
}

fn nonempty(columns: &[String]) -> Option<String> {
    Some(columns.join(", ")).filter(|text| !text.is_empty())
}
