//! Who reaches which rows, asked of small schemas.

use super::{Rows, Why};
use crate::testing::{catalog, table};
use crate::{Catalog, Command};

fn rows(catalog: &Catalog, role: &str, command: Command) -> String {
    match catalog.rows_for(role, command, table(catalog, "notes")) {
        Rows::Unknown => "?".to_owned(),
        Rows::Denied => "denied".to_owned(),
        Rows::Nothing => "nothing".to_owned(),
        Rows::Every(why) => format!("{why:?}"),
        Rows::AsReader => "as reader".to_owned(),
        Rows::Admitted(admitted) => {
            let names = |policies: &[&crate::Policy]| {
                policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(" ")
            };
            let (any, each) = (names(&admitted.permissive), names(&admitted.restrictive));
            if each.is_empty() { any } else { format!("{any} & {each}") }
        }
    }
}

const NOTES: &str = "create table notes (id int primary key, owner_id uuid, public boolean);";

#[test]
fn without_row_level_security_the_grants_decide() {
    let open = catalog(&format!("{NOTES} revoke delete on notes from anon;"));
    assert_eq!(rows(&open, "anon", Command::Select), "Off");
    assert_eq!(rows(&open, "anon", Command::Delete), "denied");
    assert_eq!(rows(&open, "authenticated", Command::Delete), "Off");
}

#[test]
fn policies_decide_row_by_row() {
    let shared = catalog(&format!(
        "{NOTES} alter table notes enable row level security;
         create policy shared on notes for select using (public);
         create policy own on notes to authenticated using (owner_id = (select auth.uid()));
         create policy mine on notes for update using (owner_id = auth.uid());
         create policy active on notes as restrictive for update using (id > 0);"
    ));
    assert_eq!(rows(&shared, "anon", Command::Select), "shared");
    assert_eq!(rows(&shared, "anon", Command::Insert), "nothing");
    assert_eq!(rows(&shared, "authenticated", Command::Select), "shared own");
    // Nobody without a session owns a row.
    assert_eq!(rows(&shared, "anon", Command::Update), "nothing");
    assert_eq!(rows(&shared, "authenticated", Command::Update), "own mine & active");
    assert_eq!(rows(&shared, "service_role", Command::Delete), "Bypass");
}

#[test]
fn constant_conditions_are_told_apart() {
    let constant = catalog(&format!(
        "{NOTES} alter table notes enable row level security;
         create policy everybody on notes for select using (true);
         create policy members on notes for insert with check (auth.role() = 'authenticated');
         create policy nobody on notes for update using (false);
         create policy some on notes for delete using (public);
         create policy stop on notes as restrictive for delete using (false);"
    ));
    assert_eq!(rows(&constant, "anon", Command::Select), "Policy");
    assert_eq!(rows(&constant, "anon", Command::Insert), "nothing");
    assert_eq!(rows(&constant, "authenticated", Command::Insert), "Policy");
    assert_eq!(rows(&constant, "authenticated", Command::Update), "nothing");
    assert_eq!(rows(&constant, "authenticated", Command::Delete), "nothing");
}

#[test]
fn views_read_as_their_owner_or_as_the_reader() {
    let viewed = catalog(&format!(
        "{NOTES} create view titles as select id from notes;
         create view safe with (security_invoker = on) as select id from notes;
         create role auditor; grant select on notes to auditor;"
    ));
    let matrix = viewed.access();
    assert_eq!(matrix.roles, ["anon", "authenticated", "service_role", "auditor"]);
    let names: Vec<&str> = matrix.entries.iter().map(|entry| entry.name.name.as_str()).collect();
    assert_eq!(names, ["notes", "safe", "titles"]);
    let reading = |at: usize| format!("{:?}", matrix.entries[at].lines[0].rows[0]);
    assert_eq!(reading(1), "AsReader");
    assert_eq!(reading(2), format!("{:?}", Rows::Every(Why::Owner)));
}
