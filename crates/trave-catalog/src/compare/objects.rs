//! Views, functions, types, and what else the platform acts on.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::{Class, Comparison, after, before, plain};
use crate::{Catalog, Function, FunctionArgument, TypeKind, View};

impl Comparison<'_> {
    pub(super) fn views(&mut self) {
        let (old, new) = (self.before, self.after);
        for view in old.views.values().filter(|view| view.provenance.is_migration()) {
            let name = view.name.short();
            match new.views.get(&view.name) {
                Some(now) => self.view(view, now),
                None => self
                    .add(Class::Dangerous, "view-dropped", &name)
                    .says(format!("view `{name}` is gone: code that reads it fails"))
                    .at(before(view.provenance.origin())),
            }
        }
        for view in new.views.values().filter(|view| view.provenance.is_migration()) {
            if old.views.contains_key(&view.name) {
                continue;
            }
            let name = view.name.short();
            self.add(Class::Safe, "view-added", &name)
                .says(format!("view `{name}` is new"))
                .at(after(view.provenance.origin()));
        }
    }

    fn view(&mut self, old: &View, new: &View) {
        let name = new.name.short();
        let place = after(new.provenance.origin());
        if plain(&old.definition) != plain(&new.definition) {
            self.add(Class::Review, "view-changed", &name)
                .says(format!("view `{name}` reads something else"))
                .at(place);
        }
    }

    pub(super) fn routines(&mut self) {
        let (old, new) = (self.before, self.after);
        for (key, function) in &old.functions {
            if !function.provenance.is_migration() {
                continue;
            }
            let name = format!("{}({})", function.name.short(), key.1);
            if let Some(now) = new.functions.get(key) {
                self.routine(&name, (function, now));
                continue;
            }
            let (class, note) = if new.functions.values().any(|it| takes(it, function)) {
                (Class::Review, "calls go to another one of its name")
            } else {
                (Class::Dangerous, "what calls it fails")
            };
            self.add(class, "function-dropped", &name)
                .says(format!("function `{name}` is gone: {note}"))
                .at(before(function.provenance.origin()));
        }
        for (key, function) in &new.functions {
            if !function.provenance.is_migration() || old.functions.contains_key(key) {
                continue;
            }
            let name = format!("{}({})", function.name.short(), key.1);
            let (class, what) = if function.security_definer {
                (Class::Review, ", and runs with its owner's rights")
            } else {
                (Class::Safe, "")
            };
            self.add(class, "function-added", &name)
                .says(format!("function `{name}` is new{what}"))
                .at(after(function.provenance.origin()));
        }
    }

    fn routine(&mut self, name: &str, (old, new): (&Function, &Function)) {
        let place = after(new.provenance.origin());
        if !old.security_definer && new.security_definer {
            self.add(Class::Dangerous, "function-definer", name)
                .says(format!("function `{name}` now runs with its owner's rights"))
                .at(place);
        }
        if old.security_definer && !new.security_definer {
            self.add(Class::Review, "function-invoker", name)
                .says(format!("function `{name}` now runs with its caller's rights"))
                .at(place);
        }
        self.callers(name, (old, new));
        if old.returns != new.returns || plain(&old.body) != plain(&new.body) {
            self.add(Class::Review, "function-changed", name)
                .says(format!("function `{name}` does something else"))
                .at(place);
        }
    }

    /// Who may call a function now and could not, and the other way round.
    fn callers(&mut self, name: &str, (old, new): (&Function, &Function)) {
        let could = callers(self.before, old);
        let (Some(could), Some(can)) = (could, callers(self.after, new)) else { return };
        for role in can.difference(&could) {
            let grant = new.grants.iter().find(|grant| grant.role == *role);
            let class = if new.security_definer { Class::Dangerous } else { Class::Review };
            let rights = if new.security_definer { ", with its owner's rights" } else { "" };
            self.add(class, "function-granted", name)
                .says(format!("`{role}` may now call function `{name}`{rights}"))
                .at(after(grant.and_then(|grant| grant.origin)));
        }
        for role in could.difference(&can) {
            let grant = old.grants.iter().find(|grant| grant.role == *role);
            self.add(Class::Review, "function-revoked", name)
                .says(format!("`{role}` may no longer call function `{name}`: its calls fail"))
                .at(before(grant.and_then(|grant| grant.origin)));
        }
    }

    pub(super) fn types(&mut self) {
        let (old, new) = (self.before, self.after);
        for kind in old.types.values().filter(|it| it.provenance.is_migration()) {
            let name = kind.name.short();
            let Some(now) = new.types.get(&kind.name) else {
                self.add(Class::Dangerous, "type-dropped", &name)
                    .says(format!("type `{name}` is gone"))
                    .at(before(kind.provenance.origin()));
                continue;
            };
            if let (TypeKind::Enum(was), TypeKind::Enum(is)) = (&kind.kind, &now.kind) {
                let place = after(now.provenance.origin());
                for label in was.iter().filter(|label| !is.contains(label)) {
                    self.add(Class::Dangerous, "enum-value-gone", &name)
                        .says(format!("`{name}` has no value `{label}` any more"))
                        .at(place);
                }
                for label in is.iter().filter(|label| !was.contains(label)) {
                    self.add(Class::Safe, "enum-value-added", &name)
                        .says(format!("`{name}` has a new value `{label}`"))
                        .at(place);
                }
            }
        }
    }

    /// Storage buckets and what is sent to subscribers.
    pub(super) fn platform(&mut self) {
        let (old, new) = (self.before, self.after);
        for (id, bucket) in &new.buckets {
            let was = old.buckets.get(id);
            if bucket.public && was.is_none_or(|was| !was.public) {
                self.add(Class::Review, "bucket-public", id.as_str()).says(format!(
                    "bucket `{id}` is public: anybody reads a file whose path he knows"
                ));
            }
        }
        for (name, publication) in &new.publications {
            let was = old.publications.get(name).map(|it| &it.tables);
            for (table, origin) in &publication.tables {
                if was.is_none_or(|was| !was.contains_key(table)) {
                    let table = table.short();
                    self.add(Class::Review, "table-published", &table)
                        .says(format!(
                            "changes of `{table}` are now sent to subscribers of `{name}`"
                        ))
                        .at(after(Some(*origin)));
                }
            }
        }
    }
}

/// Whether a call that was meant for one function, by position or by name, reaches another: it has
/// the same arguments, and defaults for those that it has more.
fn takes(function: &Function, calls: &Function) -> bool {
    let inputs = |function: &Function| -> Vec<FunctionArgument> {
        let all = function.arguments.iter();
        all.filter(|it| matches!(it.mode.as_str(), "IN" | "INOUT" | "VARIADIC")).cloned().collect()
    };
    let (has, given) = (inputs(function), inputs(calls));
    let same = has.iter().zip(&given).all(|(has, given)| {
        has.name == given.name && has.type_name == given.type_name && has.mode == given.mode
    });
    let more = has.get(given.len()..);
    function.name == calls.name
        && same
        && more.is_some_and(|more| more.iter().all(|it| it.has_default))
}

/// The roles that may call a function, without those for whom nothing is shut; none where that
/// cannot be told. `public` stands alone where it means all of them.
fn callers(catalog: &Catalog, function: &Function) -> Option<BTreeSet<SmolStr>> {
    let granted = function.grants.iter().map(|grant| grant.role.clone());
    let api = ["anon", "authenticated"].map(SmolStr::new_static);
    let api = api.into_iter().filter(|role| catalog.roles.contains_key(role));
    let is_told = |role: &SmolStr| {
        let own = catalog.roles.get(role).map(|role| role.provenance);
        let is_api = matches!(role.as_str(), "anon" | "authenticated" | "public");
        is_api || own.is_some_and(crate::Provenance::is_migration)
    };
    let mut roles: BTreeSet<SmolStr> = granted.chain(api).filter(is_told).collect();
    if catalog.exposed {
        roles.remove("public");
    }
    let mut found = BTreeSet::new();
    for role in roles {
        if catalog.may_call(&role, function)? {
            found.insert(role);
        }
    }
    Some(found)
}
