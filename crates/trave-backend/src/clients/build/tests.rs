use super::filter::operator;
use super::name::ColumnRef;
use super::*;
use crate::query::FilterOp;

#[test]
fn tables_are_named_with_schemas_and_aliases() {
    for (written, schema, name, alias) in [
        ("users", None, "users", "users"),
        ("users as u", None, "users", "u"),
        ("auth.users AS u", Some("auth"), "users", "u"),
        ("\"users\" as \"u\"", None, "users", "u"),
    ] {
        let table = TableRef::of(written);
        assert_eq!(table.schema.as_deref(), schema, "{written}");
        assert_eq!((table.name.as_str(), table.alias.as_str()), (name, alias), "{written}");
    }
}

#[test]
fn columns_are_named_with_tables_and_aliases() {
    for (written, table, name, alias) in [
        ("id", None, "id", None),
        ("u.id", Some("u"), "id", None),
        ("public.users.id as userId", Some("users"), "id", Some("userId")),
        ("u.*", Some("u"), "*", None),
    ] {
        assert_eq!(ColumnRef::of(written), ColumnRef { table, name, alias }, "{written}");
    }
}

#[test]
fn operators_may_mean_the_contrary() {
    assert_eq!(operator("="), (FilterOp::Eq, false));
    assert_eq!(operator("NOT IN"), (FilterOp::In, true));
    assert_eq!(operator("is not"), (FilterOp::Is, true));
    assert_eq!(operator("?|"), (FilterOp::Other, false));
}
