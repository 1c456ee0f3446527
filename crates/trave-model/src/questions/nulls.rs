//! Which rows without a value the project asks for.

use trave_backend::query::{Filter, FilterOp};
use trave_backend::value::Shape;
use trave_catalog::Table;

use crate::model::Model;

impl Model {
    /// Whether a query, function or view of the project asks for rows of a table in which a column
    /// is null: they are wanted.
    pub fn asks_for_null(&self, table: &Table, column: &str) -> bool {
        let is_null = |filter: &Filter| {
            let compares = matches!(filter.op, FilterOp::Is | FilterOp::Eq);
            compares
                && filter.column == column
                && filter.value.holds(|it| matches!(it, Shape::Null))
        };
        let mut queries = self.queries_on(table);
        let by_code = queries.any(|query| query.facts.filters.iter().any(is_null));
        let catalog = table.origin().and_then(|origin| self.catalog_at(origin));
        let by_sql = catalog.is_some_and(|catalog| {
            let functions = catalog.functions_about(&table.name);
            let views = catalog.views.values().filter(|it| it.reads.contains(&table.name));
            let bodies = functions.map(|function| function.body.as_str());
            let mut texts = bodies.chain(views.map(|view| view.definition.as_str()));
            texts.any(|text| asks_for_null(text, column))
        });
        by_code || by_sql
    }
}

fn asks_for_null(text: &str, column: &str) -> bool {
    let text = text.to_lowercase().replace('"', "");
    let words: Vec<&str> =
        text.split(|sign: char| sign.is_whitespace() || "();,".contains(sign)).collect();
    words.windows(3).any(|three| {
        let [name, "is", "null"] = three else { return false };
        name.rsplit('.').next() == Some(column)
    })
}
