//! Relations: the columns that refer, their foreign keys, and tables between two others.

use smol_str::SmolStr;
use trave_source::Origin;
use trave_ts::ir::Field;

use super::{Around, Prop, Reader, Shape, names};
use crate::declared::class::{ClassAt, Decorator, Options, settle};
use crate::declared::code::At;
use crate::declared::entity_names::Lead;
use crate::declared::{Action, Column, Index, IndexKey, Key, Reference, Table, TableName};

/// A relation whose side makes columns or a table, or is the other side of one that does.
#[derive(Debug, Clone)]
pub(super) struct Relation<'c> {
    /// The path of its property.
    pub(super) path: SmolStr,
    /// The columns that refer, once they are known.
    pub(super) columns: Vec<SmolStr>,
    property: SmolStr,
    kind: SmolStr,
    target: Option<ClassAt>,
    inverse: Option<SmolStr>,
    options: Option<At>,
    joins: Vec<Join>,
    junction: Option<Decorator<'c>>,
    around: Around,
    primary: bool,
    origin: Origin,
}

/// `@JoinColumn({ name, referencedColumnName })`.
#[derive(Debug, Clone, Default)]
struct Join {
    name: Option<SmolStr>,
    referenced: Option<SmolStr>,
    constraint: Option<SmolStr>,
}

/// One side of a table between two.
struct Side<'s, 'c> {
    shape: &'s Shape<'c>,
    joins: Vec<Join>,
    columns: Vec<SmolStr>,
    referenced: Vec<Prop>,
    on_delete: Action,
    on_update: Action,
}

impl<'c> Reader<'c> {
    /// Notes that a field leads to another class.
    pub(super) fn add_lead(
        &self,
        shape: &mut Shape<'c>,
        path: &SmolStr,
        decorators: &[Decorator<'c>],
    ) -> Option<()> {
        let kinds = [
            ("ManyToOne", false),
            ("OneToOne", false),
            ("OneToMany", true),
            ("ManyToMany", true),
            ("TreeParent", false),
            ("TreeChildren", true),
        ];
        let (said, is_list) = decorators.iter().find_map(|said| {
            let kind = kinds.iter().find(|(name, _)| said.name == *name);
            kind.map(|(_, is_list)| (said, *is_list))
        })?;
        let is_tree = said.name.starts_with("Tree");
        let own = shape.classes.first().copied();
        let first = said.argument(0).filter(|_| !is_tree);
        let target = if is_tree { own } else { first.and_then(|at| self.code.as_class(at)) };
        let second = said.argument(1).filter(|_| !is_tree);
        let back = second.and_then(|at| self.code.member(at));
        shape.leads.push(Lead {
            path: path.clone(),
            target: target?,
            is_list,
            back,
            columns: Vec::new(),
        });
        Some(())
    }

    /// Adds the relation that a field is.
    pub(super) fn add_relation(
        &self,
        shape: &mut Shape<'c>,
        around: &Around,
        (class, field, decorators): (ClassAt, &Field, &[Decorator<'c>]),
    ) -> Option<()> {
        let is = |said: &&Decorator<'_>| {
            matches!(&*said.name, "ManyToOne" | "OneToOne" | "ManyToMany" | "TreeParent")
        };
        let said = decorators.iter().find(is)?;
        let is_tree = said.name == "TreeParent";
        let first = said.argument(0).filter(|_| !is_tree);
        let own = shape.classes.first().copied();
        let target = if is_tree { own } else { first.and_then(|at| self.code.as_class(at)) };
        let (inverse, options) = match (said.argument(1).filter(|_| !is_tree), said.argument(2)) {
            _ if is_tree => (None, said.argument(0)),
            (Some(second), None) if self.code.member(second).is_none() => (None, Some(second)),
            (second, third) => (second.and_then(|at| self.code.member(at)), third),
        };
        let join = decorators.iter().find(|it| it.name == "JoinColumn");
        if said.name == "OneToOne" && join.is_none() {
            return None;
        }
        let is_primary = Options { code: self.code, at: options }.is("primary");
        shape.relations.push(Relation {
            path: around.path(&field.name),
            columns: Vec::new(),
            property: field.name.clone(),
            kind: said.name.clone(),
            target,
            inverse,
            options,
            joins: self.joins(join.and_then(|join| join.argument(0))),
            junction: decorators.iter().find(|it| it.name == "JoinTable").cloned(),
            around: around.clone(),
            primary: is_primary || decorators.iter().any(|it| it.name == "PrimaryColumn"),
            origin: self.code.place(class.module, field.span),
        });
        Some(())
    }

    /// One object, or an array of such.
    fn joins(&self, at: Option<At>) -> Vec<Join> {
        let Some(at) = at else { return Vec::new() };
        let all = self.code.items(at).unwrap_or_else(|| vec![at]);
        let read = |at: At| {
            let options = Options { code: self.code, at: Some(at) };
            Join {
                name: options.text("name"),
                referenced: options.text("referencedColumnName"),
                constraint: options.text("foreignKeyConstraintName"),
            }
        };
        all.into_iter().map(read).collect()
    }

    /// Makes the columns of relations, which depend on each other's keys.
    pub(super) fn resolve(&self, shapes: &mut [Shape<'c>]) {
        settle(shapes.len(), |at| self.resolve_one(shapes, at));
    }

    fn resolve_one(&self, shapes: &mut [Shape<'c>], at: usize) -> bool {
        let waiting = |shape: &Shape<'c>| {
            let relations = shape.relations.iter().enumerate();
            let open = relations.filter(|(_, it)| it.columns.is_empty() && it.kind != "ManyToMany");
            open.map(|(index, it)| (index, it.clone())).collect::<Vec<_>>()
        };
        let mut changed = false;
        for (index, relation) in shapes.get(at).map(waiting).unwrap_or_default() {
            let Some((target, referenced)) = referenced(shapes, at, &relation) else {
                continue;
            };
            let Some(shape) = shapes.get_mut(at) else { continue };
            let columns = self.refer(shape, &relation, (target, &referenced));
            if let Some(relation) = shape.relations.get_mut(index) {
                relation.columns = columns;
            }
            changed = true;
        }
        changed
    }

    /// Adds the columns and the foreign key of a relation.
    fn refer(
        &self,
        shape: &mut Shape<'c>,
        relation: &Relation<'c>,
        (target, referenced): (TableName, &[Prop]),
    ) -> Vec<SmolStr> {
        let options = Options { code: self.code, at: relation.options };
        let nullable = relation.around.nullable || options.truth("nullable").unwrap_or(true);
        let mut columns = Vec::new();
        for theirs in referenced {
            let name = self.join_name(relation, theirs);
            let known = shape.table.columns.iter_mut().find(|column| column.name == name);
            if let Some(column) = known {
                column.data_type.clone_from(&theirs.data_type);
            } else {
                shape.put(Column {
                    name: name.clone(),
                    data_type: theirs.data_type.clone(),
                    not_null: relation.primary || !nullable,
                    default: None,
                    generated: None,
                    origin: relation.origin,
                });
                shape.props.push(Prop {
                    path: relation.path.clone(),
                    property: relation.property.clone(),
                    column: name.clone(),
                    data_type: theirs.data_type.clone(),
                });
            }
            if relation.primary {
                shape.primary.push((name.clone(), relation.origin));
            }
            columns.push(name);
        }
        let in_key = |column: &SmolStr| shape.primary.iter().any(|(key, _)| key == column);
        let all_in_key = columns.iter().all(in_key);
        let table = shape.table.name.name.clone();
        if options.truth("createForeignKeyConstraints") != Some(false) {
            let own = relation.joins.iter().find_map(|join| join.constraint.clone());
            let name = own.unwrap_or_else(|| names::constraint("FK", &table, &columns));
            shape.table.references.push(Reference {
                name: Some(name),
                columns: columns.clone(),
                target,
                target_columns: referenced.iter().map(|prop| prop.column.clone()).collect(),
                on_delete: action(options, "onDelete").unwrap_or(Action::NoAction),
                on_update: action(options, "onUpdate").unwrap_or(Action::NoAction),
                origin: relation.origin,
            });
            if relation.kind == "OneToOne" && !all_in_key {
                let name = names::constraint("REL", &table, &columns);
                self.add_unique(shape, columns.clone(), (Some(name), relation.origin));
            }
        }
        columns
    }

    fn join_name(&self, relation: &Relation<'_>, theirs: &Prop) -> SmolStr {
        let naming = self.settings.naming;
        let own = named(&relation.joins, theirs);
        let name = own.unwrap_or_else(|| naming.join_column(&relation.property, &theirs.property));
        naming.column(&relation.property, Some(&name), &relation.around.prefixes)
    }

    /// The tables between two others.
    pub(super) fn junctions(&self, shapes: &[Shape<'c>]) -> Vec<Table> {
        let mut tables = Vec::new();
        for shape in shapes {
            let owned = shape.relations.iter().filter(|relation| relation.kind == "ManyToMany");
            for relation in owned {
                tables.extend(self.junction(shapes, shape, relation));
            }
        }
        tables
    }

    fn junction(
        &self,
        shapes: &[Shape<'c>],
        shape: &Shape<'c>,
        relation: &Relation<'c>,
    ) -> Option<Table> {
        let said = relation.junction.as_ref()?;
        let target = shapes.get(position(shapes, relation.target?)?)?;
        let options = Options { code: self.code, at: said.argument(0) };
        let own = options.text("name");
        if own.is_none() && options.field("name").is_some() {
            return None;
        }
        let made_up = || names::junction(&shape.bare, &relation.path, &target.bare);
        let name = format!("{}{}", self.settings.prefix, own.unwrap_or_else(made_up));
        let schema = options.text("schema").filter(|schema| schema != "public");
        let schema = schema.or_else(|| shape.table.name.schema.clone());
        let origin = self.code.origin(said.at);
        let mut table = Table::new(TableName { schema, name: name.into() }, origin);
        let joins =
            |one: &str, many: &str| self.joins(options.field(many).or_else(|| options.field(one)));
        let said = Options { code: self.code, at: relation.options };
        let inverse = relation.inverse.as_ref();
        let inverse =
            inverse.and_then(|it| target.relations.iter().find(|other| other.path == *it));
        let inverse = inverse.map(|other| Options { code: self.code, at: other.options });
        let theirs = |name: &str| match inverse {
            Some(options) => action(options, name).unwrap_or(Action::NoAction),
            None => Action::Cascade,
        };
        let mut sides = [
            self.side(shape, joins("joinColumn", "joinColumns"))?,
            self.side(target, joins("inverseJoinColumn", "inverseJoinColumns"))?,
        ];
        let [ours, other] = &mut sides;
        ours.on_delete = action(said, "onDelete").unwrap_or(Action::Cascade);
        ours.on_update = action(said, "onUpdate").unwrap_or(Action::Cascade);
        (other.on_delete, other.on_update) = (theirs("onDelete"), theirs("onUpdate"));
        rename_duplicates(&mut ours.columns, &mut other.columns);
        let has_keys = said.truth("createForeignKeyConstraints") != Some(false);
        for side in &sides {
            side.add_to(&mut table);
        }
        if !has_keys {
            table.references.clear();
        }
        let columns: Vec<SmolStr> = table.columns.iter().map(|it| it.name.clone()).collect();
        table.keys.push(Key {
            primary: true,
            name: Some(names::constraint("PK", &table.name.name, &columns)),
            columns,
            nulls_not_distinct: false,
            origin,
        });
        Some(table)
    }

    fn side<'s>(&self, shape: &'s Shape<'c>, joins: Vec<Join>) -> Option<Side<'s, 'c>> {
        let referenced = shape.referenced(&joins)?;
        let naming = self.settings.naming;
        let column = |theirs: &Prop| {
            let made_up = || naming.junction_column(&shape.bare, &theirs.column);
            named(&joins, theirs).unwrap_or_else(made_up)
        };
        let columns = referenced.iter().map(column).collect();
        let (on_delete, on_update) = (Action::Cascade, Action::Cascade);
        Some(Side { shape, joins, columns, referenced, on_delete, on_update })
    }
}

impl Side<'_, '_> {
    fn add_to(&self, table: &mut Table) {
        for (name, theirs) in self.columns.iter().zip(&self.referenced) {
            table.columns.push(Column {
                name: name.clone(),
                data_type: theirs.data_type.clone(),
                not_null: true,
                default: None,
                generated: None,
                origin: table.origin,
            });
        }
        let name = table.name.name.clone();
        table.indexes.push(Index {
            name: Some(names::index(&name, &self.columns, None)),
            unique: false,
            method: None,
            keys: self.columns.iter().map(|column| IndexKey::column(column)).collect(),
            predicate: None,
            origin: table.origin,
        });
        let own = self.joins.iter().find_map(|join| join.constraint.clone());
        let made_up = || names::constraint("FK", &name, &self.columns);
        table.references.push(Reference {
            name: Some(own.unwrap_or_else(made_up)),
            columns: self.columns.clone(),
            target: self.shape.table.name.clone(),
            target_columns: self.referenced.iter().map(|it| it.column.clone()).collect(),
            on_delete: self.on_delete,
            on_update: self.on_update,
            origin: table.origin,
        });
    }
}

impl Shape<'_> {
    /// The properties that the joins name, else the primary key.
    fn referenced(&self, joins: &[Join]) -> Option<Vec<Prop>> {
        let by_name =
            |name: &SmolStr| self.props.iter().find(|prop| prop.property == *name).cloned();
        let found: Option<Vec<Prop>> = if joins.iter().any(|join| join.referenced.is_some()) {
            joins.iter().map(|join| by_name(join.referenced.as_ref()?)).collect()
        } else {
            let by_column = |(column, _): &(SmolStr, Origin)| {
                self.props.iter().find(|prop| prop.column == *column).cloned()
            };
            self.primary.iter().map(by_column).collect()
        };
        found.filter(|found| !found.is_empty())
    }
}

/// The table that a relation refers to, with the properties, once those are known.
fn referenced(
    shapes: &[Shape<'_>],
    own: usize,
    relation: &Relation<'_>,
) -> Option<(TableName, Vec<Prop>)> {
    let at = position(shapes, relation.target?)?;
    let target = shapes.get(at)?;
    let waits = |other: &Relation<'_>| other.primary && other.columns.is_empty();
    if at != own && target.relations.iter().any(waits) {
        return None;
    }
    Some((target.table.name.clone(), target.referenced(&relation.joins)?))
}

fn position(shapes: &[Shape<'_>], class: ClassAt) -> Option<usize> {
    shapes.iter().position(|shape| shape.classes.contains(&class))
}

/// The name that a join gives to the column that refers to a property.
fn named(joins: &[Join], theirs: &Prop) -> Option<SmolStr> {
    let fits = |join: &&Join| {
        join.referenced.as_ref().is_none_or(|it| *it == theirs.property) && join.name.is_some()
    };
    joins.iter().find(fits).and_then(|join| join.name.clone())
}

fn rename_duplicates(ours: &mut [SmolStr], theirs: &mut [SmolStr]) {
    for one in ours {
        if let Some(other) = theirs.iter_mut().find(|other| **other == *one) {
            *other = format!("{one}_2").into();
            *one = format!("{one}_1").into();
        }
    }
}

fn action(options: Options<'_, '_>, name: &str) -> Option<Action> {
    Some(match options.text(name)?.to_uppercase().as_str() {
        "CASCADE" => Action::Cascade,
        "SET NULL" => Action::SetNull,
        "RESTRICT" => Action::Restrict,
        "SET DEFAULT" | "DEFAULT" => Action::SetDefault,
        _ => Action::NoAction,
    })
}
