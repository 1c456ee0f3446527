//! Money in floating point.

use trave_rule::catalog::vocabulary::{is_report, names_money};
use trave_rule::catalog::{Column, Table};
use trave_rule::words::code_list;
use trave_rule::{Context, rule};

#[rule]
fn money_as_float(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    let columns: Vec<&Column> = catalog
        .settled_columns(table)
        .filter(|column| is_float(column) && names_money(&column.name, table))
        .collect();
    // What is computed from others to be looked at owes nobody anything.
    let Some((first, others)) = columns.split_first().filter(|_| !is_report(&table.name.name))
    else {
        return;
    };
    let names = code_list(columns.iter().map(|column| &column.name));
    let verb = if others.is_empty() { "is" } else { "are" };
    let finding = cx
        .report(
            first.origin,
            format!(
                "{names} of `{}` {verb} rounded in binary: sums come out wrong",
                table.name.short()
            ),
        )
        .about(&table.name);
    for column in others {
        finding.label(column.origin, format!("`{}` too", column.name));
    }
    for column in &columns {
        let name = trave_rule::catalog::quoted(&column.name);
        finding.help(format!("alter table {} alter column {name} type numeric;", table.name));
    }
    finding.note("changing the type rewrites the table under a lock");
}

fn is_float(column: &Column) -> bool {
    matches!(column.type_name.as_str(), "real" | "double precision")
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn rates_quantities_and_reports_are_no_money() {
        check(
            &super::RULE,
            r"
create table lines (id int primary key, tax_rate real, price_index double precision, price numeric);
create table recipes (id int primary key, amount real, total double precision);
create table revenue_stats (id int primary key, revenue double precision);
",
        );
    }

    #[test]
    fn all_of_a_table_are_one_finding() {
        check(
            &super::RULE,
            r"
create table orders (
  id int primary key, shipping_fee real,
--                    ^^^^^^^^^^^^^^^^^ `shipping_fee` and `total` of `orders` are rounded in binary: sums come out wrong
  total double precision
);
",
        );
    }
}
