//! Indexes whose work another one does too.

use trave_rule::catalog::{Dialect, Index, Table, quoted};
use trave_rule::words::code_list;
use trave_rule::{Context, Fix, part_of_name, rule};

#[rule]
fn redundant_index(table: &Table, cx: &mut Context) {
    if !table.provenance.is_migration() {
        return;
    }
    // Two that are made of one declaration, as those of a table between two entities, are made by
    // the tool that reads it: nobody can leave one out.
    let wider = |index: &Index| {
        let mut others = table.indexes.iter().filter(|other| other.origin != index.origin);
        others.find(|other| index.is_covered_by(other))
    };
    let found: Vec<(&Index, &Index)> =
        table.indexes.iter().filter_map(|index| Some((index, wider(index)?))).collect();
    let Some((first, wider)) = found.first() else { return };
    let catalog = cx.catalog_of(table);
    let is_postgres = catalog.is_some_and(|it| it.dialect == Dialect::Postgres);
    let finding = cx
        .report(first.origin, message(table, &found))
        .about(&table.name)
        .once_per(table.name.to_string())
        .label(wider.origin, format!("`{}` begins with the same columns", wider.name));
    let mut statements = Vec::new();
    for (index, wider) in &found {
        if index.name != first.name {
            finding.label(
                index.origin,
                format!("`{}` finds the same as `{}`", index.name, wider.name),
            );
        }
        let schema = quoted(&table.name.schema);
        let statement = format!("drop index {schema}.{};", quoted(&index.name));
        finding.about(&index.name).help(statement.as_str());
        statements.push(statement);
    }
    let title = format!("drop what other indexes of `{}` do already", table.name.short());
    let name = format!("drop_{}", part_of_name(&first.name));
    if is_postgres {
        finding.fix(Fix::migration(title, name, statements.join("\n")).safe());
    }
}

fn message(table: &Table, found: &[(&Index, &Index)]) -> String {
    match found {
        [(index, wider)] => {
            format!("whatever `{}` finds, `{}` finds as well", index.name, wider.name)
        }
        many => {
            let names = code_list(many.iter().map(|(index, _)| &index.name));
            format!("whatever {names} find, other indexes of `{}` find as well", table.name.short())
        }
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    #[test]
    fn a_constraint_has_the_same_index() {
        let sql = "create table users (id int primary key, email text unique);
create index users_email_idx on users (email);";
        assert_eq!(
            findings(&super::RULE, sql)[0].message,
            "whatever `users_email_idx` finds, `users_email_key` finds as well"
        );
    }

    #[test]
    fn those_of_a_table_are_one_finding() {
        let sql = "create table users (id int primary key, email text, name text);
create index a on users (email);
create index b on users (name);
create index c on users (email, name);
create index d on users (name, email);";
        let found = findings(&super::RULE, sql);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "whatever `a` and `b` find, other indexes of `users` find as well"
        );
    }

    #[test]
    fn one_column_is_read_either_way() {
        let sql = "create table users (id int primary key, email text, name text);
create index a on users (email desc);
create index b on users (email, name);";
        assert_eq!(findings(&super::RULE, sql).len(), 1);
    }

    #[test]
    fn unique_and_partial_indexes_have_work_of_their_own() {
        check(
            &super::RULE,
            "create table users (id int primary key, email text, name text, gone boolean);
create unique index a on users (email);
create index b on users (email, name);
create index c on users (name) where not gone;
create index d on users (name, email);
create index e on users using hash (name);",
        );
    }
}
