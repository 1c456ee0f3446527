//! From code to the schema and back: definitions and references.

use lsp_types::{GotoDefinitionParams, Location, ReferenceParams};
use trave_catalog::Index;
use trave_model::Entity;
use trave_source::Origin;

use crate::place::{Here, Named, Object};
use crate::server::Server;
use crate::snapshot::View;

/// Answers `textDocument/definition`.
pub(crate) fn definition(server: &Server, params: &GotoDefinitionParams) -> Option<Location> {
    let here = server.here(&params.text_document_position_params)?;
    let named = here.named()?;
    object(&here, &named)?.location(&here.view)
}

/// Answers `textDocument/references`.
pub(crate) fn references(server: &Server, params: &ReferenceParams) -> Option<Vec<Location>> {
    let here = server.here(&params.text_document_position)?;
    let named = here.named()?;
    let model = here.view.model();
    let mut places: Vec<Origin> = Vec::new();
    if params.context.include_declaration {
        places.extend(object(&here, &named).and_then(|object| object.origin()));
    }
    let mentions = model.mentions_of(named.catalog, &named.entity);
    places.extend(mentions.iter().map(|mention| mention.origin));
    places.extend(in_schema(&here.view, &named));
    let mut seen = Vec::new();
    places.retain(|place| {
        let is_new = !seen.contains(place);
        seen.push(*place);
        is_new
    });
    Some(places.into_iter().filter_map(|place| here.view.location(place)).collect())
}

fn object<'a>(here: &Here<'a>, named: &Named) -> Option<Object<'a>> {
    let catalog = here.view.model().catalogs.get(named.catalog)?;
    Object::find(catalog, &named.entity)
}

/// What in the schema stands on a table or column: indexes, keys that refer to it, policies.
fn in_schema(view: &View<'_>, named: &Named) -> Vec<Origin> {
    let Some(catalog) = view.model().catalogs.get(named.catalog) else { return Vec::new() };
    let (name, column) = match &named.entity {
        Entity::Relation(name) => (name, None),
        Entity::Column(name, column) => (name, Some(column)),
        Entity::Function(_) => return Vec::new(),
    };
    let mut places = Vec::new();
    if let Some(table) = catalog.table(name) {
        let holds = |index: &&Index| {
            let mut keys = index.keys.iter().filter_map(|key| key.column());
            column.is_none_or(|column| keys.any(|it| it == column))
        };
        let indexes = table.indexes.iter().filter(holds);
        places.extend(indexes.map(|index| index.origin));
        let reads = |text: &str| {
            column.is_none_or(|column| crate::words::words(text).any(|word| word == column))
        };
        let policies = table.policies.iter();
        let policies = policies.filter(|it| it.conditions().any(|it| reads(&it.text)));
        places.extend(policies.map(|policy| policy.origin));
    }
    let keys = catalog.tables.values().flat_map(|table| &table.foreign_keys);
    let refers = keys.filter(|key| {
        key.target == *name && column.is_none_or(|column| key.target_columns.contains(column))
    });
    places.extend(refers.map(|key| key.origin));
    // What lies in files of the platform has no place that could be shown.
    places.retain(|place| view.path(place.file).is_some());
    places
}
