//! What SQL text becomes.

use trave_source::{FileId, Origin, Span};
use trave_sql::Dialect;

use super::text::{Hole, SqlText, kept, read_kept};
use super::{Params, Sender, marks, read};
use crate::query::{FilterOp, Operation, Query};
use crate::value::{InputKind, Shape, Value};

fn at(start: usize, end: usize) -> Origin {
    Span::new(start, end).in_file(FileId(0))
}

/// The queries of a text that stands at byte 100, behind its quote.
fn queries(sql: &str) -> Vec<Query> {
    let mut text = SqlText::new(at(100, 102 + sql.len()));
    text.push_text(sql, at(100, 102 + sql.len()));
    queries_of(&text)
}

fn queries_of(text: &SqlText) -> Vec<Query> {
    let sender = Sender { library: "test", dialect: Dialect::Postgres, origin: at(90, 500) };
    read(&sender, text, &Params::default()).into_iter().flatten().collect()
}

/// `column op` of each filter, with what it is about.
fn filters(query: &Query) -> Vec<String> {
    let filters = query.filters.iter().map(|filter| {
        let relation = filter.relation.as_ref().map(|it| format!("{it}.")).unwrap_or_default();
        let not = if filter.negated { "not " } else { "" };
        let sometimes = if filter.conditional { " sometimes" } else { "" };
        let group = filter.any_of.map(|group| format!(" or{group}")).unwrap_or_default();
        let path = filter.path.clone().unwrap_or_default();
        format!("{relation}{}{path} {not}{:?}{group}{sometimes}", filter.column, filter.op)
    });
    filters.collect()
}

#[test]
fn a_select_says_what_it_reads() {
    let found = queries(
        "select id, u.name from users u where u.team_id = $1 and age > 3 order by name desc limit 10",
    );
    let [query] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(query.operation, Some(Operation::Select));
    assert_eq!(query.table.as_deref(), Some("users"));
    assert_eq!(filters(query), ["team_id Eq", "age Range"]);
    assert_eq!(query.limit.as_ref().unwrap().value.as_number(), Some(10.0));
    assert_eq!(query.order[0].column.as_deref(), Some("name"));
    assert!(!query.order[0].ascending);
    let columns: Vec<&str> = query.selection.columns.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(columns, ["id", "name"]);
}

#[test]
fn places_are_those_of_the_literal() {
    let sql = "select id from users where team_id = 1";
    let found = queries(sql);
    let start = 101 + sql.find("team_id").unwrap();
    assert_eq!(found[0].filters[0].origin, at(start, 101 + sql.len()));
    let start = 101 + sql.find("users").unwrap();
    assert_eq!(found[0].target_origin, at(start, start + 5));
}

#[test]
fn joined_tables_come_along() {
    let found = queries(
        "select b.*, l.title from bookings b join listings l on l.id = b.listing_id \
         left join users u on u.id = b.user_id and u.active where l.city = $1 and b.status = 'open'",
    );
    let [query] = found.as_slice() else { panic!("{found:?}") };
    let embeds: Vec<(&str, bool)> =
        query.selection.embeds.iter().map(|it| (it.relation.as_str(), it.inner)).collect();
    assert_eq!(embeds, [("listings", true), ("users", false)]);
    assert_eq!(filters(query), ["l.city Eq", "status Eq", "u.active Eq"]);
    assert!(query.selection.star);
}

#[test]
fn every_comparison_has_its_kind() {
    for (condition, expected) in [
        ("a in (1, 2)", vec!["a In"]),
        ("a = any($1)", vec!["a In"]),
        ("a <> all($1)", vec!["a not In"]),
        ("$1 = any(tags)", vec!["tags Other"]),
        ("a not in (select x from y)", vec!["a not In"]),
        ("a is null and b is not null", vec!["a Is", "b not Is"]),
        ("a between 1 and 2", vec!["a Range", "a Range"]),
        ("a ilike '%x%'", vec!["a ILike"]),
        ("lower(a) = 'x'", vec!["a Other"]),
        ("a ->> 'k' = 'v'", vec!["a->> 'k' Eq"]),
        ("a @> '{}'", vec!["a Contains"]),
        ("(a = 1 or b = 2)", vec!["a Eq or1", "b Eq or1"]),
        ("($1::int is null or a = $1)", vec!["a Eq sometimes"]),
        ("not (a = 1)", vec!["a not Eq"]),
        ("1 = 1", vec![]),
        ("active", vec!["active Eq"]),
    ] {
        let found = queries(&format!("select * from t where {condition}"));
        assert_eq!(filters(&found[0]), expected, "{condition}");
        assert!(!found[0].incomplete, "{condition}");
    }
}

#[test]
fn columns_that_could_be_of_any_table_are_left_out() {
    let found = queries("select * from a join b on a.id = b.a_id where status = 1");
    assert!(found[0].filters.is_empty());
    assert!(found[0].incomplete);
}

#[test]
fn queries_inside_are_queries_of_their_own() {
    let found = queries(
        "with recent as (select * from orders where day = $1) \
         select * from recent r join users u on u.id = r.user_id \
         where exists (select 1 from bans where bans.user_id = u.id)",
    );
    let said: Vec<(&str, bool)> =
        found.iter().map(|it| (it.table.as_deref().unwrap(), it.nested)).collect();
    assert_eq!(said, [("users", false), ("bans", true), ("orders", true)]);
}

#[test]
fn one_row_of_totals_fetches_none_of_those_inside() {
    let is_total = |text: &str| queries(text)[0].selection.aggregates;
    let recent = "with recent as (select id from orders where day = $1)";
    for total in [
        format!("{recent} select (select count(*) from recent) as some, 1 as one"),
        format!("{recent} select count(*)::int from recent"),
        "select sum(it.price) from (select price from orders limit 10) it".to_owned(),
    ] {
        assert!(is_total(&total), "{total}");
    }
    assert!(!is_total(&format!("{recent} select * from recent")));
    assert!(!is_total("select it.price from (select price from orders limit 10) it"));
}

#[test]
fn writes_say_what_they_write() {
    let found = queries(
        "insert into votes (user_id, poll_id) values ($1, 3) \
         on conflict (user_id, poll_id) do update set at = now() returning id",
    );
    let query = &found[0];
    assert_eq!(query.operation, Some(Operation::Upsert));
    assert_eq!(query.conflict_columns.as_ref().unwrap().as_slice(), ["user_id", "poll_id"]);
    assert!(query.returning && !query.keeps_existing);
    let payload = query.payload.as_ref().unwrap();
    assert_eq!(payload.field("poll_id").and_then(Value::as_number), Some(3.0));

    let found = queries("update users set name = 'x' where id = 1");
    assert_eq!(found[0].operation, Some(Operation::Update));
    assert_eq!(found[0].payload.as_ref().unwrap().field("name").unwrap().as_text(), Some("x"));
    assert_eq!(filters(&found[0]), ["id Eq"]);

    let found = queries("delete from users using teams t where t.id = users.team_id");
    assert_eq!(found[0].operation, Some(Operation::Delete));
    assert!(found[0].filters.is_empty());
}

#[test]
fn functions_are_called() {
    let found = queries("select * from close_auction($1)");
    assert_eq!(found[0].operation, Some(Operation::Call));
    assert_eq!(found[0].table.as_deref(), Some("close_auction"));
    assert!(queries("select now(), pg_sleep(1)").is_empty());
    assert!(queries("begin").is_empty());
}

#[test]
fn the_database_may_be_asked_about_itself() {
    assert!(queries("select * from pg_proc p where p.oid = $1").is_empty());
    assert!(queries("select 1 from information_schema.columns").is_empty());
    let found = queries("select * from users where exists (select 1 from pg_class)");
    assert_eq!(found.len(), 1);
}

#[test]
fn a_name_that_is_returned_is_sorted_by_before_a_column() {
    let found = queries("select date_trunc('day', at) as day from visits order by day, id");
    let order: Vec<Option<&str>> = found[0].order.iter().map(|it| it.column.as_deref()).collect();
    assert_eq!(order, [None, Some("id")]);
}

#[test]
fn holes_of_a_tag_are_sent_beside_and_others_are_part_of_the_text() {
    let id = Value::input(InputKind::Query, "id");
    for bound in [true, false] {
        let mut text = SqlText::new(at(100, 140));
        text.push_text("select * from users where id = ", at(101, 132));
        text.push_hole(Hole { value: id.clone(), origin: at(134, 136), bound });
        let found = queries_of(&text);
        assert_eq!(found[0].filters[0].value, id);
        assert_eq!(found[0].filters[0].op, FilterOp::Eq);
        assert_eq!(text.spliced().count(), usize::from(!bound));
        let again = read_kept(&kept(&text, "test"), at(100, 140)).unwrap();
        assert_eq!(again, text);
    }
}

#[test]
fn holes_can_be_names_and_parts_of_strings() {
    let table = Value::input(InputKind::Query, "table");
    let mut text = SqlText::new(at(100, 200));
    text.push_text("select * from ", at(0, 1));
    text.push_value(&table, at(10, 20));
    text.push_text(" where name like '%", at(0, 1));
    text.push_value(&table, at(30, 40));
    text.push_text("%'", at(0, 1));
    let found = queries_of(&text);
    assert_eq!(found[0].table, None);
    let value = &found[0].filters[0].value;
    assert!(matches!(&value.shape, Shape::Template(parts) if parts.len() == 3), "{value:?}");
}

#[test]
fn marks_become_holes_outside_quotes() {
    let marked = |sql: &str, values: Value| {
        let mut text = SqlText::new(at(0, sql.len() + 2));
        text.push_text(sql, at(0, sql.len() + 2));
        marks::question(text, &values).as_str().to_owned()
    };
    let list = Value::array(vec![Value::text("a"), Value::text("b")]);
    assert_eq!(marked("a = ? and b = '?' and c = ?2", list), "a = ${0} and b = '?' and c = ${1}");
    let named = Value::object([("id", Value::text("a"))]);
    assert_eq!(
        marked("a = :id and b = @id and c = :other", named),
        "a = ${0} and b = ${1} and c = :other"
    );
}

#[test]
fn pg_promise_has_marks_of_its_own() {
    let marked = |sql: &str, values: Value| {
        let mut text = SqlText::new(at(0, sql.len() + 2));
        text.push_text(sql, at(0, sql.len() + 2));
        marks::formatted(text, &values).as_str().to_owned()
    };
    let list = Value::array(vec![Value::text("a"), Value::text("b")]);
    assert_eq!(
        marked("a = $1 and b in ($2:csv) and c = $1::int", list),
        "a = ${0} and b in (${1}) and c = ${2}::int"
    );
    let named = Value::object([("id", Value::text("a"))]);
    assert_eq!(
        marked("a = ${id} and b = $<id> and c = $(id:csv)", named),
        "a = ${0} and b = ${1} and c = ${2}"
    );
}

#[test]
fn what_cannot_be_read_is_incomplete() {
    let found = queries("select * from where where (( ,");
    assert_eq!(found.len(), 1);
    assert!(found[0].incomplete);
    assert_eq!(found[0].operation, Some(Operation::Select));
    let mut text = SqlText::new(at(0, 1));
    text.push_value(&Value::unknown(), at(0, 1));
    let found = queries_of(&text);
    assert!(found[0].incomplete && found[0].operation.is_none());
}
