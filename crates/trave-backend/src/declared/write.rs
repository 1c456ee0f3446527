//! A declaration as SQL, each part of which knows where it was declared.

use std::collections::BTreeSet;

use trave_source::{Translation, Translator};

use super::name::{quoted, text};
use super::{Action, Check, Column, Declared, Enum, Index, Key, Reference, Table, TableName};

impl Declared {
    /// The declaration as statements of SQL. Of tables that `made` knows only their columns are
    /// added where they are missing: what else those have is told elsewhere.
    pub fn to_sql(&self, made: &dyn Fn(&TableName) -> bool) -> Translation {
        let mut out = Translator::default();
        let enums = self.enums.iter().map(|one| &one.name);
        let names = self.tables.iter().map(|one| &one.name).chain(enums);
        let schemas: BTreeSet<&str> = names.filter_map(|name| name.schema.as_deref()).collect();
        for schema in schemas {
            out.push(&format!("create schema if not exists {};\n", quoted(schema)));
        }
        self.enums.iter().for_each(|one| write_enum(&mut out, one));
        let (old, new): (Vec<&Table>, Vec<&Table>) =
            self.tables.iter().partition(|table| made(&table.name));
        for table in &new {
            write_table(&mut out, table);
        }
        for table in old {
            write_columns(&mut out, table);
        }
        for table in &new {
            table.indexes.iter().for_each(|index| write_index(&mut out, table, index));
        }
        for table in &new {
            table
                .references
                .iter()
                .for_each(|reference| write_reference(&mut out, table, reference));
        }
        out.finish()
    }
}

fn write_enum(out: &mut Translator, one: &Enum) {
    let values: Vec<String> = one.values.iter().map(|value| text(value)).collect();
    out.push("create type ");
    out.at(one.origin, |out| out.push(&one.name.to_sql()));
    out.push(&format!(" as enum ({});\n", values.join(", ")));
}

fn write_table(out: &mut Translator, table: &Table) {
    out.at(table.origin, |out| {
        out.push("create table ");
        out.at(table.origin, |out| out.push(&table.name.to_sql()));
        out.push(" (");
        let mut first = true;
        for column in &table.columns {
            separate(out, &mut first);
            write_column(out, column);
        }
        for key in &table.keys {
            separate(out, &mut first);
            write_key(out, key);
        }
        for check in &table.checks {
            separate(out, &mut first);
            write_check(out, check);
        }
        out.push("\n)");
    });
    out.push(";\n");
}

fn separate(out: &mut Translator, first: &mut bool) {
    out.push(if *first { "\n  " } else { ",\n  " });
    *first = false;
}

fn write_columns(out: &mut Translator, table: &Table) {
    for column in &table.columns {
        out.at(column.origin, |out| {
            out.push(&format!("alter table {} add column if not exists ", table.name.to_sql()));
            write_column(out, column);
        });
        out.push(";\n");
    }
}

fn write_column(out: &mut Translator, column: &Column) {
    out.at(column.origin, |out| {
        out.push(&quoted(&column.name));
        out.push(" ");
        out.push(&column.data_type);
        if column.not_null {
            out.push(" not null");
        }
        if let Some(default) = &column.default {
            out.push(" default ");
            out.push(default);
        }
        if let Some(generated) = &column.generated {
            out.push(" ");
            out.push(generated);
        }
    });
}

fn write_key(out: &mut Translator, key: &Key) {
    out.at(key.origin, |out| {
        write_constraint_name(out, key.name.as_deref());
        out.push(if key.primary { "primary key" } else { "unique" });
        if key.nulls_not_distinct {
            out.push(" nulls not distinct");
        }
        out.push(&format!(" ({})", list(&key.columns)));
    });
}

fn write_check(out: &mut Translator, check: &Check) {
    out.at(check.origin, |out| {
        write_constraint_name(out, check.name.as_deref());
        out.push(&format!("check ({})", check.condition));
    });
}

fn write_constraint_name(out: &mut Translator, name: Option<&str>) {
    if let Some(name) = name {
        out.push(&format!("constraint {} ", quoted(name)));
    }
}

fn write_index(out: &mut Translator, table: &Table, index: &Index) {
    out.at(index.origin, |out| {
        out.push(if index.unique { "create unique index " } else { "create index " });
        if let Some(name) = &index.name {
            out.push(&quoted(name));
            out.push(" ");
        }
        out.push(&format!("on {}", table.name.to_sql()));
        if let Some(method) = &index.method {
            out.push(&format!(" using {method}"));
        }
        let keys: Vec<String> =
            index.keys.iter().map(|key| format!("{}{}", key.value, key.rest)).collect();
        out.push(&format!(" ({})", keys.join(", ")));
        if let Some(predicate) = &index.predicate {
            out.push(&format!(" where {predicate}"));
        }
    });
    out.push(";\n");
}

fn write_reference(out: &mut Translator, table: &Table, reference: &Reference) {
    out.at(reference.origin, |out| {
        out.push(&format!("alter table {} add ", table.name.to_sql()));
        write_constraint_name(out, reference.name.as_deref());
        out.push(&format!(
            "foreign key ({}) references {} ({}) on delete {} on update {}",
            list(&reference.columns),
            reference.target.to_sql(),
            list(&reference.target_columns),
            reference.on_delete.sql(),
            reference.on_update.sql(),
        ));
    });
    out.push(";\n");
}

fn list(columns: &[smol_str::SmolStr]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    columns.join(", ")
}

impl Action {
    /// The action as SQL writes it.
    fn sql(self) -> &'static str {
        match self {
            Self::NoAction => "no action",
            Self::Restrict => "restrict",
            Self::Cascade => "cascade",
            Self::SetNull => "set null",
            Self::SetDefault => "set default",
        }
    }
}
