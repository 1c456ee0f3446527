//! What code calls the tables: constants, keys of columns, and `relations(…)`.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trave_ts::ir::{Call, ExprId, ExprKind, Pattern, Stmt};

use super::Reader;
use super::table::Shape;
use crate::declared::code::{At, Meaning, argument};
use crate::naming::{NamedRelation, NamedTable};

/// Calls on calls: no longer than this.
const CHAIN_MAX: usize = 8;

/// A relation that `relations(…)` declares.
struct Declared {
    /// Whose it is.
    owner: At,
    key: SmolStr,
    target: At,
    is_list: bool,
    /// `relationName`.
    name: Option<SmolStr>,
    columns: Vec<SmolStr>,
    target_columns: Vec<SmolStr>,
}

impl Reader<'_> {
    /// What code calls each of the tables.
    pub(super) fn names(&self, known: &BTreeMap<At, &Shape>) -> BTreeMap<At, NamedTable> {
        let constants = self.constants(known);
        let code = |at: &At, shape: &Shape| {
            constants.get(at).cloned().unwrap_or_else(|| shape.table.name.name.clone())
        };
        let mut named: BTreeMap<At, NamedTable> = BTreeMap::new();
        for (at, shape) in known {
            let table = NamedTable {
                code: code(at, shape),
                table: shape.table.name.clone(),
                columns: shape.keys.clone(),
                ..NamedTable::default()
            };
            named.insert(*at, table);
        }
        let relations = self.relations(known);
        for relation in &relations {
            let Some(target) = known.get(&relation.target) else { continue };
            let (columns, target_columns) = if relation.is_list {
                back(relation, &relations)
            } else {
                (relation.columns.clone(), relation.target_columns.clone())
            };
            let made = NamedRelation {
                target: code(&relation.target, target),
                is_list: relation.is_list,
                columns,
                target_columns,
            };
            if let Some(owner) = named.get_mut(&relation.owner) {
                owner.relations.insert(relation.key.clone(), made);
            }
        }
        named
    }

    /// The constants that hold tables.
    fn constants(&self, known: &BTreeMap<At, &Shape>) -> BTreeMap<At, SmolStr> {
        let mut found = BTreeMap::new();
        for (module, linked) in self.code.modules.iter().enumerate() {
            let top = linked.module.functions.first().map(|top| top.body.as_slice());
            for statement in top.unwrap_or_default() {
                let Stmt::Let { pattern: Pattern::Name(binding), value: Some(expr), .. } =
                    statement
                else {
                    continue;
                };
                let made = self.made_by(At { module, expr: *expr }, known);
                let name = linked.module.binding(*binding).map(|it| it.name.clone());
                if let (Some(at), Some(name)) = (made, name) {
                    found.entry(at).or_insert(name);
                }
            }
        }
        found
    }

    /// The call that makes the table that an expression is: `pgTable(…).enableRLS()`.
    fn made_by(&self, at: At, known: &BTreeMap<At, &Shape>) -> Option<At> {
        let mut at = at;
        for _ in 0..CHAIN_MAX {
            let (call_at, call) = self.code.call(at)?;
            if known.contains_key(&call_at) {
                return Some(call_at);
            }
            let callee = At { expr: call.callee, ..call_at };
            let ExprKind::Member { object, .. } = self.code.kind(callee)? else { return None };
            at = At { expr: *object, ..call_at };
        }
        None
    }

    /// Every `relations(table, ({ one, many }) => ({ … }))`.
    fn relations(&self, known: &BTreeMap<At, &Shape>) -> Vec<Declared> {
        let mut found = Vec::new();
        for (module, linked) in self.code.modules.iter().enumerate() {
            if !linked.module.imports.iter().any(|it| it.specifier.starts_with("drizzle-orm")) {
                continue;
            }
            for (id, expr) in (0..).map(ExprId).zip(&linked.module.exprs) {
                let at = At { module, expr: id };
                if let ExprKind::Call(call) = &expr.kind {
                    self.relations_of((at, call), known, &mut found);
                }
            }
        }
        found
    }

    fn relations_of(
        &self,
        (at, call): (At, &Call),
        known: &BTreeMap<At, &Shape>,
        found: &mut Vec<Declared>,
    ) {
        let is_own = matches!(self.code.callee(at, call), Meaning::External(package, name)
            if package.starts_with("drizzle-orm") && name == "relations");
        let table = argument(at, call, 0).filter(|_| is_own);
        let Some(owner) = table.and_then(|table| self.made_by(table, known)) else { return };
        let Some(body) = argument(at, call, 1) else { return };
        for (key, value) in self.code.fields(self.returned(body)) {
            found.extend(self.relation((owner, key), value, known));
        }
    }

    /// `one(users, { fields: […], references: […] })`, `many(posts)`.
    fn relation(
        &self,
        (owner, key): (At, SmolStr),
        value: At,
        known: &BTreeMap<At, &Shape>,
    ) -> Option<Declared> {
        let ExprKind::Call(call) = self.code.kind(value)? else { return None };
        let is_list = match self.code.kind(At { expr: call.callee, ..value })? {
            ExprKind::Name(binding) => {
                let module = self.code.modules.get(value.module)?.module;
                module.binding(*binding)?.name.as_str() == "many"
            }
            ExprKind::Member { property, .. } => property == "many",
            _ => return None,
        };
        let target = self.made_by(argument(value, call, 0)?, known)?;
        let options = argument(value, call, 1);
        let option = |name: &str| self.code.field(options?, name);
        let columns = |name: &str| {
            let items = option(name).and_then(|at| self.code.items(at)).unwrap_or_default();
            let column = |at: At| {
                let (shape, key) = self.target(at, known)?;
                shape.keys.get(&key).cloned()
            };
            items.into_iter().map(column).collect::<Option<Vec<_>>>().unwrap_or_default()
        };
        Some(Declared {
            owner,
            key,
            target,
            is_list,
            name: option("relationName").and_then(|at| self.code.text(at)),
            columns: columns("fields"),
            target_columns: columns("references"),
        })
    }
}

/// The columns that tie a list to its owner: those that its rows name on the way back.
fn back(list: &Declared, relations: &[Declared]) -> (Vec<SmolStr>, Vec<SmolStr>) {
    let mut back = relations.iter().filter(|it| {
        it.owner == list.target
            && it.target == list.owner
            && it.name == list.name
            && !it.columns.is_empty()
    });
    back.next().map_or_else(Default::default, |it| (it.target_columns.clone(), it.columns.clone()))
}
