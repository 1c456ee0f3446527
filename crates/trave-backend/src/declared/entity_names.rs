//! What code calls the tables of classes with `@Entity()`: the class, its properties, and what
//! leads from one class to another.

use smol_str::SmolStr;

use super::class::ClassAt;
use super::code::Code;
use super::{Declared, Table};
use crate::naming::{NamedRelation, NamedTable};

/// A property that leads to another class, whichever side holds the columns.
#[derive(Debug, Clone)]
pub(super) struct Lead {
    /// The path of the property.
    pub(super) path: SmolStr,
    /// Where it leads.
    pub(super) target: ClassAt,
    /// To many rows.
    pub(super) is_list: bool,
    /// The property of the other class that leads back, where that holds the columns.
    pub(super) back: Option<SmolStr>,
    /// The columns that refer, if they are the own table's.
    pub(super) columns: Vec<SmolStr>,
}

/// An entity whose columns are all known.
pub(super) struct Entity<'s> {
    /// Its class, and those that share its table.
    pub(super) classes: &'s [ClassAt],
    /// Its table.
    pub(super) table: &'s Table,
    /// Its columns by the path of their property.
    pub(super) columns: Vec<(SmolStr, SmolStr)>,
    /// The columns of its primary key.
    pub(super) primary: Vec<SmolStr>,
    /// What leads elsewhere.
    pub(super) leads: Vec<Lead>,
}

impl Entity<'_> {
    /// The columns of the other table that some of its own are equal to.
    fn referenced(&self, columns: &[SmolStr], other: &Self) -> Vec<SmolStr> {
        let mut references = self.table.references.iter();
        let known = references.find(|it| it.columns == columns);
        known.map_or_else(|| other.primary.clone(), |it| it.target_columns.clone())
    }
}

/// Adds what code calls the tables of entities.
pub(super) fn add(declared: &mut Declared, code: &Code<'_>, entities: &[Entity<'_>]) {
    for entity in entities {
        for class in entity.classes {
            let Some(name) = code.class(*class).and_then(|class| class.name.clone()) else {
                continue;
            };
            let mut named = NamedTable {
                code: name,
                table: entity.table.name.clone(),
                columns: entity.columns.iter().cloned().collect(),
                primary: entity.primary.clone(),
                ..NamedTable::default()
            };
            for lead in &entity.leads {
                if let Some(relation) = relation(lead, entity, (code, entities)) {
                    named.columns.remove(&lead.path);
                    named.relations.insert(lead.path.clone(), relation);
                }
            }
            declared.names.push(named);
        }
    }
}

fn relation(
    lead: &Lead,
    entity: &Entity<'_>,
    (code, entities): (&Code<'_>, &[Entity<'_>]),
) -> Option<NamedRelation> {
    let target = code.class(lead.target)?.name.clone()?;
    let mut made = NamedRelation { target, is_list: lead.is_list, ..NamedRelation::default() };
    let Some(other) = entities.iter().find(|it| it.classes.contains(&lead.target)) else {
        return Some(made);
    };
    if !lead.columns.is_empty() {
        made.target_columns = entity.referenced(&lead.columns, other);
        made.columns.clone_from(&lead.columns);
        return Some(made);
    }
    let back = lead.back.as_ref();
    let back = back.and_then(|back| other.leads.iter().find(|it| it.path == *back));
    if let Some(back) = back.filter(|back| !back.columns.is_empty()) {
        made.columns = other.referenced(&back.columns, entity);
        made.target_columns.clone_from(&back.columns);
    }
    Some(made)
}
