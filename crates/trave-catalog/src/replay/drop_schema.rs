//! `DROP SCHEMA`: all that is in it.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{Drop, DropTarget};

use super::drop::Behavior;
use super::grant::{functions_in, in_schema};
use super::session::Session;
use super::{Failure, Outcome};
use crate::{Extension, Function, Schema, Sequence, UserType};

impl Session {
    /// `DROP SCHEMA`.
    pub(super) fn drop_schema(&mut self, drop: &Drop, target: &DropTarget, span: Span) -> Outcome {
        let schema = SmolStr::new(target.name.name.as_str());
        if !self.catalog().schemas.contains_key(&schema) {
            return self.missing_target(drop, &schema);
        }
        let catalog = &self.store.catalog;
        let tables = in_schema(&catalog.tables, &schema);
        let views = in_schema(&catalog.views, &schema);
        let sequences = in_schema(&catalog.sequences, &schema);
        let types = in_schema(&catalog.types, &schema);
        let functions = functions_in(&catalog.functions, &schema);
        let count = tables.len() + views.len() + sequences.len() + types.len() + functions.len();
        if count > 0 && !drop.cascade {
            return Err(Failure::new(format!("schema {schema} is not empty")));
        }
        for view in views {
            self.drop_view(&view, Behavior::Cascade, span)?;
        }
        for table in tables {
            if self.catalog().tables.contains_key(&table) {
                self.drop_table(&table, Behavior::Cascade, span)?;
            }
        }
        for sequence in sequences {
            self.store.take::<Sequence>(&sequence);
        }
        for key in functions {
            self.drop_dependants_of_function(&key, Behavior::Cascade, span)?;
            self.store.take::<Function>(&key);
        }
        for name in types {
            self.drop_dependants_of_type(&name, Behavior::Cascade, span)?;
            self.store.take::<UserType>(&name);
        }
        self.drop_rest_of_schema(&schema);
        Ok(())
    }

    fn drop_rest_of_schema(&mut self, schema: &SmolStr) {
        let extensions: Vec<SmolStr> = self
            .catalog()
            .extensions
            .iter()
            .filter(|(_, extension)| extension.schema == *schema)
            .map(|(name, _)| name.clone())
            .collect();
        for extension in extensions {
            self.store.take::<Extension>(&extension);
        }
        let defaults = self.store.default_privileges();
        defaults.retain(|entry| entry.schema.as_ref() != Some(schema));
        self.store.take::<Schema>(schema);
    }
}
