//! Indexes whose work another one does too.

use trave_rule::catalog::{Table, quoted};
use trave_rule::{Context, rule};

#[rule]
fn redundant_index(table: &Table, cx: &mut Context) {
    if !table.provenance.is_migration() {
        return;
    }
    for index in &table.indexes {
        let mut others = table.indexes.iter();
        let Some(wider) = others.find(|other| index.is_covered_by(other)) else { continue };
        let message = format!("whatever `{}` finds, `{}` finds as well", index.name, wider.name);
        cx.report(index.origin, message)
            .about(&table.name)
            .about(&index.name)
            .once_per(format!("{} {}", table.name, index.name))
            .label(wider.origin, format!("`{}` begins with the same columns", wider.name))
            .help(format!("drop index {}.{};", quoted(&table.name.schema), quoted(&index.name)));
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
