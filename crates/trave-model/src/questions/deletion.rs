//! Which tables lose rows.

use trave_backend::query::Operation;
use trave_catalog::{Catalog, QualifiedName, ReferentialAction};

use crate::model::Model;

/// How many foreign keys are followed upwards.
const PARENTS_MAX: usize = 32;

impl Model {
    /// Why rows of a table are deleted, as the end of a sentence; none where nothing shows that
    /// they ever are. Users are: people leave, and the platform's own pages delete them.
    pub fn loses_rows(&self, catalog: &Catalog, table: &QualifiedName) -> Option<String> {
        let mut waiting = vec![table.clone()];
        let mut seen: Vec<QualifiedName> = Vec::new();
        while let Some(name) = waiting.pop() {
            if seen.contains(&name) || seen.len() >= PARENTS_MAX {
                continue;
            }
            if name.schema == "auth" && name.name == "users" {
                return Some(along_with(table, &name, "when a user is removed"));
            }
            let Some(parent) = catalog.tables.get(&name) else { continue };
            let mut queries = self.queries_on(parent);
            if queries.any(|query| query.facts.operation == Some(Operation::Delete)) {
                return Some(along_with(table, &name, "by the code"));
            }
            let keys = parent.foreign_keys.iter();
            let cascading = keys.filter(|key| key.on_delete == ReferentialAction::Cascade);
            waiting.extend(cascading.map(|key| key.target.clone()));
            seen.push(name);
        }
        None
    }
}

fn along_with(table: &QualifiedName, deleted: &QualifiedName, how: &str) -> String {
    if table == deleted {
        format!("rows of `{}` are deleted {how}", table.name)
    } else {
        format!(
            "rows of `{}` go with those of `{}`, which are deleted {how}",
            table.name, deleted.name
        )
    }
}
