//! Functions and procedures.

use trave_catalog::Function;

use super::Generator;
use super::values::{Family, family};

impl Generator {
    /// One of the project's functions.
    pub(super) fn function(&mut self) -> Option<Function> {
        let all = self.catalog.functions.values().filter(|one| one.provenance.is_migration());
        let all: Vec<Function> = all.cloned().collect();
        self.chance.any(&all)
    }

    /// `CREATE FUNCTION` and `CREATE PROCEDURE`.
    pub(super) fn create_function(&mut self) -> Option<String> {
        let replace = self.chance.perhaps(60, "or replace ");
        let name = match self.function().filter(|_| self.chance.percent(15)) {
            Some(old) => self.full(&old.name),
            None => self.new_other(),
        };
        let attributes = self.attributes();
        Some(match self.chance.below(11) {
            8..=10 => {
                self.function_from_text(&format!("create {replace}function {name}"), &attributes)
            }
            0 | 1 => format!(
                "create {replace}function {name}() returns trigger language plpgsql{attributes} as $$ begin return new; end $$"
            ),
            2 | 3 => format!(
                "create {replace}function {name}() returns boolean language sql{attributes} as $$ select true $$"
            ),
            4 => format!(
                "create {replace}procedure {name}({}) language plpgsql as $$ begin null; end $$",
                self.arguments()
            ),
            5 => {
                let columns =
                    ["a integer", "b text", "\"C\" uuid", "d timestamptz", "e numeric(10, 2)"];
                let columns = self.chance.some(&columns, (1, 3)).join(", ");
                let arguments = self.arguments();
                format!(
                    "create {replace}function {name}({arguments}) returns table ({columns}) language plpgsql{attributes} as $$ begin end $$"
                )
            }
            6 => {
                let table = self.table()?;
                let rows = self.full(&table.name);
                let set = self.chance.perhaps(70, "setof ");
                format!(
                    "create {replace}function {name}() returns {set}{rows} language sql{attributes} as $$ select * from {rows} $$"
                )
            }
            _ => {
                let arguments = self.arguments();
                let returns = self.data_type();
                let set = self.chance.perhaps(15, "setof ");
                let body = if set.is_empty() { "return null" } else { "return" };
                format!(
                    "create {replace}function {name}({arguments}) returns {set}{returns} language plpgsql{attributes} as $$ begin {body}; end $$"
                )
            }
        })
    }

    /// Functions with one argument, and with arguments that go out.
    fn function_from_text(&mut self, head: &str, attributes: &str) -> String {
        match self.chance.below(3) {
            0 => format!(
                "{head}(value text) returns text language sql immutable as $$ select value $$"
            ),
            1 => {
                let kind = self.data_type();
                format!(
                    "{head}(a int, out b {kind}, out c text) language plpgsql{attributes} as $$ begin end $$"
                )
            }
            _ => {
                let word = *self.chance.one(&[
                    "inout a text",
                    "variadic list text[]",
                    "in a int, inout b uuid",
                    "out a int",
                ]);
                format!(
                    "{head}({word}) {}language plpgsql{attributes} as $$ begin end $$",
                    if word.starts_with("variadic") { "returns void " } else { "" }
                )
            }
        }
    }

    fn attributes(&mut self) -> String {
        let list = [
            " stable",
            " immutable",
            " volatile",
            " strict",
            " security definer",
            " set search_path = ''",
            " set search_path to public, extensions",
            " security invoker",
            " returns null on null input",
            " called on null input",
        ];
        let mut chosen: Vec<&str> = self.chance.some(&list, (0, 3));
        // Some exclude each other.
        let volatilities = [" stable", " immutable", " volatile"];
        let kinds: [&[&str]; 4] = [
            &volatilities,
            &[" strict", " returns null on null input", " called on null input"],
            &[" security definer", " security invoker"],
            &[" set search_path = ''", " set search_path to public, extensions"],
        ];
        for kind in kinds {
            let of_kind: Vec<&str> =
                chosen.iter().copied().filter(|one| kind.contains(one)).collect();
            chosen.retain(|one| !kind.contains(one) || Some(one) == of_kind.first());
        }
        chosen.concat()
    }

    fn arguments(&mut self) -> String {
        let mut list = Vec::new();
        let mut defaults = false;
        for number in 0..self.chance.below(3) {
            let names = [["a", "p_id", "\"userId\""], ["b", "limit_to", "order_by"]];
            let name = self.chance.one(&names[number]).to_string();
            let kind = self.data_type();
            let mode = self.chance.perhaps(8, "in ");
            let mut text = format!("{mode}{name} {kind}");
            if self.chance.percent(8) {
                text.clone_from(&kind);
            }
            let fits = !matches!(family(&kind), Family::Other | Family::Moment);
            if defaults || self.chance.percent(25) {
                let value = if fits { self.default_for(&kind) } else { None };
                let word = *self.chance.one(&["default", "="]);
                text = format!("{text} {word} {}", value.unwrap_or_else(|| "null".to_owned()));
                defaults = true;
            }
            list.push(text);
        }
        list.join(", ")
    }

    /// How one names a function: with its argument types or, if that is enough, without.
    pub(super) fn routine(&mut self, function: &Function) -> String {
        let name = self.full(&function.name);
        if self.chance.percent(30) {
            return name;
        }
        let types: Vec<&str> = function.inputs().map(|one| one.type_name.as_str()).collect();
        format!("{name}({})", types.join(", "))
    }

    /// `ALTER FUNCTION` and `DROP FUNCTION`.
    pub(super) fn change_function(&mut self) -> Option<String> {
        let function = self.function()?;
        let kind = if function.is_procedure { "procedure" } else { "function" };
        let kind = if self.chance.percent(10) { "routine" } else { kind };
        let routine = self.routine(&function);
        if self.chance.percent(50) {
            let if_exists = self.chance.perhaps(50, "if exists ");
            return Some(format!(
                "drop {kind} {if_exists}{routine}{}",
                self.chance.perhaps(40, " cascade")
            ));
        }
        let schema = self.schema();
        let changes = [
            format!("rename to {}", self.chance.one(&["alpha", "beta", "renamed"])),
            format!("set schema {}", self.ident(&schema)),
            "security definer".to_owned(),
            "set search_path = public".to_owned(),
            "set search_path = ''".to_owned(),
            "reset all".to_owned(),
            "owner to postgres".to_owned(),
        ];
        let mut change = self.chance.one(&changes).clone();
        if !function.is_procedure && self.chance.percent(25) {
            change = self.chance.one(&["stable", "immutable strict", "volatile"]).to_string();
        }
        Some(format!("alter {kind} {routine} {change}"))
    }
}
