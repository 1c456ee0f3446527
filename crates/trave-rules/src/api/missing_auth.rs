//! Handlers that give away or change rows and never ask who is calling.

use trave_rule::model::{Exposed, Harm, Model, Route};
use trave_rule::query::Operation;
use trave_rule::{Context, Level, rule};

/// As many other queries of the same handler are shown.
const OTHERS_MAX: usize = 3;

#[rule]
fn missing_auth(route: &Route, cx: &mut Context) {
    let mut exposed = cx.model().exposed_to_strangers(route);
    // Past policies, it is `rls/service-client-unguarded` that tells it: one fault, one finding.
    if exposed.iter().any(|exposed| exposed.bypasses_policies) {
        return;
    }
    exposed.retain(|exposed| is_told(exposed, cx.model()));
    let mut exposed = exposed.into_iter();
    let Some(worst) = exposed.next() else { return };
    let query = worst.query;
    let Some(name) = query.facts.table.clone() else { return };
    let deed = query.offered_deed();
    let level = if worst.harm == Harm::Grave { Level::Error } else { Level::Warning };
    let finding = cx
        .report(query.facts.origin, format!("any caller of {} can {deed}", route.title_with_page()))
        .here(format!("any caller can {deed} here"))
        .about(&name)
        .symbol(route.title())
        .once_at(query.facts.target_origin)
        .level(level)
        .label(route.origin, "nothing on the way from here asks who is calling")
        .help("check who is calling first, and tie the query to that identity");
    for other in exposed.take(OTHERS_MAX) {
        let deed = other.query.offered_deed();
        finding.label(other.query.facts.origin, format!("and can {deed} here"));
    }
}

/// Whether it is told that strangers reach a query. Where no policy says what the public may see,
/// lists of what is nobody's own are taken to be for everybody, and so are forms.
fn is_told(exposed: &Exposed<'_>, model: &Model) -> bool {
    let query = exposed.query;
    let table = model.table_of(query);
    if exposed.harm == Harm::Grave {
        return true;
    }
    match query.facts.operation {
        Some(Operation::Update | Operation::Delete) => query.writes_input(),
        Some(Operation::Insert | Operation::Upsert) => {
            table.is_some_and(|table| query.person_named_by_caller(table).is_some())
        }
        // A row that leaves by a key which few know is what links are made for.
        Some(Operation::Select | Operation::Call) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    /// A handler that sends this, in a project with these tables.
    fn handler(tables: &str, body: &str) -> String {
        format!(
            "//- migrations/001_first.sql
{tables}
//- src/app/api/notes/route.ts
import {{ Pool }} from 'pg'
const pool = new Pool()
export async function POST(request: Request) {{
  const {{ id, text, user }} = await request.json()
{body}
}}
"
        )
    }

    const NOTES: &str =
        "create table notes (id bigint primary key, user_id uuid not null, text text not null);";

    #[test]
    fn rows_of_people_are_not_for_everybody() {
        check(
            &super::RULE,
            &handler(
                NOTES,
                "  const { rows } = await pool.query('select * from notes where user_id = $1', [user])
//                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ any caller of POST /api/notes can read `notes` by `user_id`
  return Response.json(rows)",
            ),
        );
    }

    #[test]
    fn what_is_nobodys_own_may_be_read_by_all() {
        let plans = "create table plans (id bigint primary key, title text not null);";
        check(
            &super::RULE,
            &handler(
                plans,
                "  const { rows } = await pool.query('select * from plans where id = $1', [id])
  return Response.json(rows)",
            ),
        );
    }

    #[test]
    fn who_was_handed_an_address_may_read_what_it_names() {
        let reports = "create table reports (id bigint primary key, user_id uuid not null,
link_id text, folder_id text);";
        let read = |column: &str| {
            let code = handler(
                reports,
                &format!(
                    "  const {{ rows }} = await pool.query('select * from reports where {column} = $1', [id])
  return Response.json(rows)"
                ),
            );
            findings(&super::RULE, &code).len()
        };
        assert_eq!((read("link_id"), read("folder_id")), (0, 1));
    }

    #[test]
    fn writing_in_the_name_of_somebody_else_is_told() {
        let code = handler(
            NOTES,
            "  await pool.query('insert into notes (user_id, text) values ($1, $2)', [user, text])
  return new Response()",
        );
        assert_eq!(findings(&super::RULE, &code)[0].level, trave_rule::Level::Warning);
    }

    #[test]
    fn a_form_for_everybody_is_none_of_it() {
        let inbox = "create table inquiries (id bigint primary key, text text not null);";
        check(
            &super::RULE,
            &handler(
                inbox,
                "  await pool.query('insert into inquiries (text) values ($1)', [text])
  return new Response()",
            ),
        );
    }

    #[test]
    fn a_row_that_few_know_the_token_of_is_none_of_it() {
        let apps = r#"create table apps (id bigint primary key, user_id uuid not null,
  "refreshToken" text not null);"#;
        check(
            &super::RULE,
            &handler(
                apps,
                r#"  const sql = 'select * from apps where "refreshToken" = $1'
  const { rows } = await pool.query(sql, [text])
  return Response.json(rows)"#,
            ),
        );
    }

    #[test]
    fn a_comparison_of_which_only_the_columns_are_known_may_be_any() {
        check(
            &super::RULE,
            &handler(
                NOTES,
                "  const sql = 'select * from notes where lower(text) = $1 or upper(text) = $1'
  const { rows } = await pool.query(sql, [text])
  return Response.json(rows)",
            ),
        );
    }

    #[test]
    fn nor_is_it_known_what_is_compared_with_something_unknown() {
        let code = handler(
            NOTES,
            "  const sql = 'select * from notes where lower(text) = $1 or upper(text) = $1'
  const { rows } = await pool.query(sql, [tidy()])
  return Response.json(rows)",
        );
        check(
            &super::RULE,
            &code.replace("import { Pool }", "import { tidy } from 'tidy'\nimport { Pool }"),
        );
    }

    /// Polls with random keys, and the comments of people below them.
    const POLLS: &str = "create table polls (id uuid primary key, title text not null);
create table comments (id int primary key, poll_id uuid not null references polls,
  user_id uuid not null, text text not null);";

    #[test]
    fn who_may_open_a_poll_may_read_what_is_below_it() {
        let opens = "  const found = await pool.query('select id from polls where id = $1', [id])
  if (!found.rows.length) return new Response(null, { status: 404 })\n";
        let reads =
            "  const { rows } = await pool.query('select * from comments where poll_id = $1', [id])
  return Response.json(rows)";
        check(&super::RULE, &handler(POLLS, &format!("{opens}{reads}")));
        assert_eq!(findings(&super::RULE, &handler(POLLS, reads)).len(), 1);
        // A key that is counted up opens nothing.
        let counted = POLLS.replace("polls (id uuid", "polls (id serial");
        let counted =
            handler(&counted.replace("poll_id uuid", "poll_id int"), &format!("{opens}{reads}"));
        assert_eq!(findings(&super::RULE, &counted).len(), 1);
    }

    #[test]
    fn a_form_that_adds_who_is_not_there_yet_has_to_look() {
        let readers =
            "create table readers (id int primary key, user_id uuid, email text not null);";
        let looks = "  const { rows } = await pool.query('select * from readers where email = $1', [text])\n";
        let adds = "  if (!rows.length) await pool.query('insert into readers (email) values ($1)', [text])\n";
        let answers = "  return Response.json(rows)";
        check(&super::RULE, &handler(readers, &format!("{looks}{adds}{answers}")));
        assert_eq!(
            findings(&super::RULE, &handler(readers, &format!("{looks}{answers}"))).len(),
            1
        );
    }

    #[test]
    fn behind_policies_another_rule_tells_it() {
        let tables = format!("{NOTES} alter table notes enable row level security;");
        check(
            &super::RULE,
            &handler(&tables, "  await pool.query('delete from notes where id = $1', [id])"),
        );
    }
}
