//! What triggers do to rows before they are stored.

use crate::{Catalog, Table};

impl Catalog {
    /// Whether a trigger gives a column a value before a row is added.
    pub fn fills(&self, table: &Table, column: &str) -> bool {
        let is_before = |trigger: &&crate::Trigger| {
            trigger.enabled
                && trigger.timing.eq_ignore_ascii_case("before")
                && trigger.events.iter().any(|event| event.eq_ignore_ascii_case("insert"))
        };
        table.triggers.iter().filter(is_before).any(|trigger| {
            let mut named = self.functions.values().filter(|it| it.name == trigger.function);
            named.any(|function| sets(&function.body, column))
        })
    }
}

/// Whether a body assigns to the column of the new row.
fn sets(body: &str, column: &str) -> bool {
    let body = body.to_lowercase().replace('"', "");
    let new = format!("new.{}", column.to_lowercase());
    body.match_indices(&new).any(|(at, _)| {
        let before = body.get(..at).unwrap_or_default().trim_end();
        let after = body.get(at + new.len()..).unwrap_or_default().trim_start();
        // A comparison in a condition has `=` too.
        let begins =
            [";", "begin", "then", "else", "loop", "into"].iter().any(|it| before.ends_with(it));
        begins && (after.starts_with(":=") || after.starts_with('=') || before.ends_with("into"))
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{catalog, table};

    #[test]
    fn an_assignment_fills_and_a_comparison_does_not() {
        let catalog = catalog(
            "create table a (id int, owner_id uuid, team_id uuid);
             create function f() returns trigger language plpgsql as $$
             begin
               if new.team_id = old.team_id then
                 new.owner_id := auth.uid();
               end if;
               return new;
             end $$;
             create trigger t before insert on a for each row execute function f();",
        );
        let a = table(&catalog, "a");
        assert!(catalog.fills(a, "owner_id"));
        assert!(!catalog.fills(a, "team_id"));
    }
}
