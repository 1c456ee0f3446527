//! What modules hand to constructors: `{ provide: UserRepository, useClass: SqlUserRepository }`.

use trave_ts::ir::{ExprId, ExprKind, Module, Property};

use super::is_own;
use crate::dispatch::{How, Provided};

/// Every provider that a file declares.
pub(crate) fn provided(module: &Module) -> Vec<Provided> {
    if !module.imports.iter().any(|import| is_own(&import.specifier)) {
        return Vec::new();
    }
    let objects = module.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::Object(properties) => provider(properties),
        _ => None,
    });
    objects.collect()
}

fn provider(properties: &[Property]) -> Option<Provided> {
    let token = value(properties, "provide")?;
    let ways = [
        ("useClass", How::Class),
        ("useExisting", How::Class),
        ("useValue", How::Value),
        ("useFactory", How::Factory),
    ];
    let found = ways.iter().find_map(|(name, how)| Some((value(properties, name)?, *how)));
    let (made, how) = found?;
    Some(Provided { token, made, how })
}

fn value(properties: &[Property], name: &str) -> Option<ExprId> {
    properties.iter().find_map(|property| match property {
        Property::Field { key, value, .. } if key == name => Some(*value),
        _ => None,
    })
}
