//! What views and functions stand on.

use std::collections::BTreeSet;

use trave_sql::{Expr, ExprKind, Statement};

use crate::{Catalog, Command, Function, Policy, QualifiedName, Table, Truth, View};

impl Catalog {
    /// The tables that a view reads, by itself and through other views.
    pub fn tables_of_view(&self, view: &View) -> Vec<&Table> {
        let mut seen: BTreeSet<&QualifiedName> = view.reads.iter().collect();
        let mut open: Vec<&QualifiedName> = view.reads.iter().collect();
        while let Some(name) = open.pop() {
            let inner = self.views.get(name);
            for read in inner.into_iter().flat_map(|view| &view.reads) {
                if seen.insert(read) {
                    open.push(read);
                }
            }
        }
        seen.into_iter().filter_map(|name| self.tables.get(name)).collect()
    }

    /// Whether policies show all rows of a table to a role anyway.
    pub fn shows_all_rows(&self, table: &Table, role: &str) -> bool {
        let policies = self.policies_for(table, Command::Select, role);
        let is_open = |policy: &&Policy| {
            let truth = policy.using.as_ref().map(crate::Condition::truth);
            truth == Some(Truth::Always)
                || (role == "authenticated" && truth == Some(Truth::AnySession))
        };
        let (permissive, restrictive): (Vec<&Policy>, Vec<&Policy>) =
            policies.into_iter().partition(|policy| policy.permissive);
        !table.rls_enabled || (permissive.iter().any(is_open) && restrictive.iter().all(is_open))
    }

    /// The functions of the project that a condition calls.
    pub fn functions_called<'c>(
        &'c self,
        condition: &crate::Condition,
    ) -> impl Iterator<Item = &'c Function> {
        let calls = condition.calls();
        self.functions.values().filter(move |function| {
            let is_called = |call: &trave_sql::ObjectName| {
                let schema = call.schema.as_ref().map(trave_sql::Name::as_str);
                call.name.as_str() == function.name.name
                    && schema.is_none_or(|schema| schema == function.name.schema)
            };
            function.provenance.is_migration() && calls.iter().any(is_called)
        })
    }
}

impl View {
    /// Whether its query asks who is calling.
    pub fn asks_for_caller(&self) -> bool {
        super::caller::names_session(&self.definition)
    }

    /// Whether it shows no value of any row: each of its columns counts or adds up.
    pub fn shows_totals_only(&self) -> bool {
        let parsed = trave_sql::parse(&self.definition, trave_sql::Options::default());
        let [parsed] = &parsed.statements[..] else { return false };
        let Statement::Query(query) = &parsed.statement else { return false };
        let selects = query.selects();
        let mut items = selects.iter().flat_map(|select| &select.projection);
        !selects.is_empty() && items.all(|item| is_total(&item.value))
    }
}

fn is_total(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Call(call) => {
            matches!(call.name.name.as_str(), "count" | "sum" | "avg" | "bool_or" | "bool_and")
        }
        ExprKind::Cast(cast) => is_total(&cast.value),
        ExprKind::Binary(binary) => is_total(&binary.left) && is_total(&binary.right),
        ExprKind::Literal(_) => true,
        _ => false,
    }
}

impl Function {
    /// Its name with the types that tell it from others of the name: `public.sum(integer)`.
    pub fn signature(&self) -> String {
        let of_call = |mode: &str| matches!(mode, "IN" | "INOUT" | "VARIADIC");
        let inputs = self.arguments.iter().filter(|one| of_call(&one.mode));
        let types: Vec<&str> = inputs.map(|one| one.type_name.as_str()).collect();
        format!("{}({})", self.name, types.join(", "))
    }

    /// Whether it trusts metadata that users can edit.
    pub fn trusts_user_metadata(&self) -> bool {
        self.body.contains("'user_metadata'") || self.body.contains("raw_user_meta_data")
    }

    /// `function`, or `procedure`.
    pub fn kind(&self) -> &'static str {
        if self.is_procedure { "procedure" } else { "function" }
    }

    /// Whether only triggers run it: nobody can call it.
    pub fn is_for_triggers(&self) -> bool {
        matches!(self.returns.as_str(), "trigger" | "event_trigger")
    }

    /// Whether it brings a `search_path` of its own.
    pub fn has_search_path(&self) -> bool {
        self.settings.iter().any(|(name, _)| name == "search_path")
    }
}
