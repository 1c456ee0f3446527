//! What is asked for: columns, related rows that come along, order and bounds.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::Origin;

use super::Mapper;
use crate::clients::given::{Given, GivenField, defined, items};
use crate::clients::placed::Place;
use crate::library::Machine;
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{Bound, Embed, OrderKey, Query, SelectedColumn, Selection};
use crate::value::{Shape, Value};

/// How deep relations inside relations are followed.
const DEPTH_MAX: u32 = 8;

/// Names with the names inside them: `['author', 'author.posts']`.
#[derive(Debug, Default)]
struct Tree {
    inside: BTreeMap<SmolStr, Tree>,
    /// Something of it is not known.
    is_open: bool,
}

impl Tree {
    /// Of a list of paths, or of objects of `true`.
    fn of(value: &Value, depth: u32) -> Self {
        let mut tree = Self::default();
        let Some(depth) = depth.checked_sub(1) else { return tree };
        let (parts, known) = items(value);
        tree.is_open = !known;
        for (part, _) in parts {
            match &part.shape {
                Shape::Text(path) => tree.add_path(path),
                Shape::Bool(_) | Shape::Number(_) => {}
                Shape::Object(_) => tree.add_fields(&part, depth),
                _ => tree.is_open = true,
            }
        }
        tree
    }

    fn add_path(&mut self, path: &str) {
        let mut at = self;
        for part in path.split('.') {
            at = at.inside.entry(part.into()).or_default();
        }
    }

    fn add_fields(&mut self, object: &Value, depth: u32) {
        let given = Given::of(object);
        self.is_open |= given.rest.is_some();
        for field in &given.fields {
            if field.value.shape != Shape::Bool(false) {
                self.inside.insert(field.name.clone(), Self::of(&field.value, depth));
            }
        }
    }
}

/// Reads which columns are asked for: a list of properties, or an object of `true`.
pub(crate) fn choose(
    mapper: Mapper,
    selection: &mut Selection,
    (chosen, table): (&Value, &NamedTable),
    (origin, machine): (Origin, &dyn Machine),
) {
    let tree = Tree::of(chosen, DEPTH_MAX);
    if tree.inside.is_empty() {
        selection.known &= !tree.is_open;
        return;
    }
    selection.star = false;
    choose_of(mapper, selection, (&tree, table), (origin, DEPTH_MAX, machine));
}

fn choose_of(
    mapper: Mapper,
    selection: &mut Selection,
    (tree, table): (&Tree, &NamedTable),
    (origin, depth, machine): (Origin, u32, &dyn Machine),
) {
    selection.known &= !tree.is_open;
    let Some(depth) = depth.checked_sub(1) else { return };
    for (name, inside) in &tree.inside {
        if let Some(column) = table.column(name) {
            let alias = (column != name).then(|| name.clone());
            selection.columns.push(SelectedColumn { name: column.clone(), origin, alias });
        } else if let Some(relation) = table.relations.get(name) {
            let target = machine.named_table(mapper.tool, &relation.target);
            let known = selection.embeds.iter_mut().find(|it| it.alias.as_ref() == Some(name));
            if let (Some(target), Some(embed)) = (target, known) {
                embed.selection.star = inside.inside.is_empty();
                let part = (inside, &*target);
                choose_of(mapper, &mut embed.selection, part, (origin, depth, machine));
            }
            // Of a relation alone its key is asked for.
            for column in &relation.columns {
                let (name, alias) = (column.clone(), Some(name.clone()));
                selection.columns.push(SelectedColumn { name, origin, alias });
            }
        } else {
            selection.known = false;
        }
    }
}

/// Adds the related rows that come along: a list of paths, or an object of `true`.
pub(crate) fn add_related(
    mapper: Mapper,
    selection: &mut Selection,
    (named, table): (&Value, &NamedTable),
    (origin, machine): (Origin, &dyn Machine),
) {
    let tree = Tree::of(named, DEPTH_MAX);
    add_of(mapper, selection, (&tree, table), (origin, DEPTH_MAX, machine));
}

fn add_of(
    mapper: Mapper,
    selection: &mut Selection,
    (tree, table): (&Tree, &NamedTable),
    (origin, depth, machine): (Origin, u32, &dyn Machine),
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for (name, inside) in &tree.inside {
        let Some(relation) = table.relations.get(name) else { continue };
        let Some(target) = machine.named_table(mapper.tool, &relation.target) else { continue };
        let mut made = embed(relation, (name, &target), origin);
        add_of(mapper, &mut made.selection, (inside, &target), (origin, depth, machine));
        selection.embeds.push(made);
    }
}

/// Related rows as a part of what is selected.
pub(crate) fn embed(
    relation: &NamedRelation,
    (name, target): (&SmolStr, &NamedTable),
    origin: Origin,
) -> Embed {
    let hint = relation.target_columns.first().filter(|_| relation.is_list);
    Embed {
        relation: target.table.name.clone(),
        hint: hint.cloned(),
        alias: Some(name.clone()),
        inner: false,
        selection: Selection { star: true, known: true, ..Selection::default() },
        origin,
    }
}

/// An object of properties with directions, or a list of such.
pub(crate) fn orders(
    mapper: Mapper,
    query: &mut Query,
    (field, table): (&GivenField, Option<&Arc<NamedTable>>),
    (place, machine): (&Place, &dyn Machine),
) {
    let (keys, known) = items(&field.value);
    if !known && keys.is_empty() {
        query.order.push(unknown_key(place.origin(machine)));
    }
    for (key, certain) in keys {
        let conditional = !certain || field.is_optional;
        let at = Sorted { place, relation: None, conditional, depth: DEPTH_MAX, machine };
        order_of(mapper, query, (&key, table), at);
    }
}

/// What stands around sort keys that are read.
#[derive(Clone, Copy)]
struct Sorted<'a> {
    place: &'a Place,
    relation: Option<&'a SmolStr>,
    conditional: bool,
    depth: u32,
    machine: &'a dyn Machine,
}

fn order_of(
    mapper: Mapper,
    query: &mut Query,
    (key, table): (&Value, Option<&Arc<NamedTable>>),
    at: Sorted<'_>,
) {
    let Sorted { place, relation, conditional, depth, machine } = at;
    let Some(depth) = depth.checked_sub(1) else { return };
    let given = Given::of(key);
    for part in &given.fields {
        let place = place.inside(&part.name);
        let conditional = conditional || part.is_optional;
        let led = table.and_then(|table| table.relations.get(&part.name));
        if let Some(led) = led.filter(|_| matches!(part.value.shape, Shape::Object(_))) {
            let other = machine.named_table(mapper.tool, &led.target);
            let name =
                other.as_ref().map_or_else(|| led.target.clone(), |it| it.table.name.clone());
            let relation = Some(&name);
            let at = Sorted { place: &place, relation, conditional, depth, machine };
            order_of(mapper, query, (&part.value, other.as_ref()), at);
            continue;
        }
        let own = table.and_then(|table| table.column(&part.name));
        let tied = led.and_then(|led| led.columns.first());
        query.order.push(OrderKey {
            relation: relation.cloned(),
            column: own.or(tied).cloned(),
            ascending: !is_descending(&part.value),
            conditional,
            origin: place.origin(machine),
        });
    }
    if given.rest.is_some() {
        query.order.push(unknown_key(place.origin(machine)));
    }
}

fn unknown_key(origin: Origin) -> OrderKey {
    OrderKey { relation: None, column: None, ascending: true, conditional: false, origin }
}

/// `'DESC'`, `'desc nulls last'`, `-1`, `{ direction: 'desc' }`.
pub(crate) fn is_descending(value: &Value) -> bool {
    let text = value.as_text().or_else(|| value.field("direction")?.as_text());
    text.is_some_and(|text| text.to_ascii_lowercase().starts_with("desc"))
        || value.as_number() == Some(-1.0)
}

/// A limit or an offset.
pub(crate) fn bound(
    field: Option<&GivenField>,
    place: &Place,
    machine: &dyn Machine,
) -> Option<Bound> {
    let field = field?;
    let (value, may_be_undefined) = defined(&field.value)?;
    let conditional = field.is_optional || may_be_undefined;
    Some(Bound { value, conditional, origin: place.inside(&field.name).origin(machine) })
}
