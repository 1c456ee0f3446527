//! Whether functions ask who is calling them.

use crate::caller::{Asked, Consulted, Stored, Which};
use crate::{Catalog, Function, Table};

/// How many functions are followed that call each other.
const CALLS_MAX: usize = 6;

impl Catalog {
    /// Whether what a function does depends on who is calling: it compares the identity of the
    /// caller, looks rows up by it or returns it, by itself or through other functions of the
    /// project. One that only stores or logs it does not ask, unless it stores it in a column that
    /// takes no nulls: that fails for callers without a session.
    pub fn asks_for_caller(&self, function: &Function) -> bool {
        let Some(caller) = function.caller.as_ref().filter(|caller| !caller.is_unread) else {
            return names_session(&function.body);
        };
        self.tells_apart(&caller.asked, CALLS_MAX)
            || self.tells_apart(&caller.passed, CALLS_MAX)
            || caller.stored.iter().any(|stored| self.refuses_null(stored))
    }

    /// Whether all that a function asks are checks that callers without a session get past: a
    /// comparison with `auth.uid()` is null for them, and `if owner <> auth.uid() then raise …`
    /// raises nothing.
    pub fn lets_strangers_pass(&self, function: &Function) -> bool {
        let Some(caller) = function.caller.as_ref().filter(|caller| !caller.is_unread) else {
            return false;
        };
        self.tells_apart(&caller.passed, CALLS_MAX)
            && !self.tells_apart(&caller.asked, CALLS_MAX)
            && !caller.stored.iter().any(|stored| self.refuses_null(stored))
    }

    fn tells_apart(&self, asked: &Asked, left: usize) -> bool {
        asked.session || asked.calls.iter().any(|call| self.asks_through(call, left))
    }

    fn asks_through(&self, call: &Consulted, left: usize) -> bool {
        let Some(left) = left.checked_sub(1) else { return false };
        self.functions_named(call).any(|function| {
            let asks = match function.caller.as_ref().filter(|caller| !caller.is_unread) {
                Some(caller) => {
                    self.tells_apart(&caller.asked, left) || self.tells_apart(&caller.passed, left)
                }
                None => names_session(&function.body),
            };
            // One that is run for its own sake holds nobody up unless it raises.
            let can_refuse = function.caller.as_ref().is_none_or(|caller| caller.raises);
            if call.performed { can_refuse && (asks || call.is_told) } else { asks }
        })
    }

    /// The functions of the project that a call may mean: by name, schema if one is written, and
    /// number of arguments.
    fn functions_named<'c>(&'c self, call: &'c Consulted) -> impl Iterator<Item = &'c Function> {
        self.functions.values().filter(move |function| {
            let name = &function.name;
            name.name == call.name
                && call.schema.as_ref().is_none_or(|schema| name.schema == *schema)
                && takes(function, call.arguments)
        })
    }

    fn refuses_null(&self, stored: &Stored) -> bool {
        let schema = stored.table.schema.as_ref().map(trave_sql::Name::as_str);
        let table = self.find_table(schema, stored.table.name.as_str());
        let column = |table: &Table| match &stored.column {
            Which::Named(name) => table.column(name).map(|column| column.not_null),
            Which::At(at) => table.columns.get(*at).map(|column| column.not_null),
        };
        table.and_then(column).unwrap_or_default()
    }
}

/// Whether a function can be called with so many arguments.
fn takes(function: &Function, count: usize) -> bool {
    let inputs = || function.arguments.iter().filter(|one| !matches!(&*one.mode, "OUT" | "TABLE"));
    let required = inputs().filter(|one| !one.has_default && one.mode != "VARIADIC").count();
    let is_variadic = inputs().any(|one| one.mode == "VARIADIC");
    required <= count && (count <= inputs().count() || is_variadic)
}

/// Whether SQL names the session of the caller: its claims, or its role.
pub(super) fn names_session(text: &str) -> bool {
    const WAYS: [&str; 6] =
        ["auth.uid(", "auth.jwt(", "auth.role(", "auth.email(", "request.jwt", "request.headers"];
    let text = bare(text);
    WAYS.iter().any(|way| text.contains(way))
}

/// SQL in small letters, without spaces between a name and its parenthesis, quotes and comments.
pub(super) fn bare(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("--").next().unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join(" ").to_lowercase().replace('"', "");
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace(" (", "(")
}
