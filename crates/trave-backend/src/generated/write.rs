//! Generated types as SQL, each part of which knows where it is shown.
//!
//! What they do not tell is not made up: no key but those that a reference proves, no default, no
//! body. Types are as coarse as TypeScript tells them.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trave_source::{FileId, Span, Translation, Translator};

use super::{
    GeneratedTypes, Relationship, Returns, TypedArgument, TypedFunction, TypedKind, TypedTable,
};

/// Columns of a table that are unique together.
type UniqueKey<'t> = (&'t SmolStr, &'t SmolStr, &'t [SmolStr]);

impl GeneratedTypes {
    /// Whether a tool wrote them: it tells what each table takes.
    pub fn are_by_tool(&self) -> bool {
        let mut tables = self.tables.iter().filter(|table| !table.is_view).peekable();
        tables.peek().is_some() && tables.all(|table| table.tells_inserts)
    }

    /// What they show as statements of SQL.
    pub fn to_sql(&self, file: FileId) -> Translation {
        let mut writer = Writer { types: self, file, out: Translator::default() };
        writer.write();
        writer.out.finish()
    }
}

struct Writer<'t> {
    types: &'t GeneratedTypes,
    file: FileId,
    out: Translator,
}

impl<'t> Writer<'t> {
    fn write(&mut self) {
        let types = self.types;
        for schema in types.schemas.iter().filter(|schema| *schema != "public") {
            self.out.push(&format!("create schema if not exists {};\n", quoted(schema)));
        }
        for one in &types.enums {
            let values: Vec<String> = one.values.iter().map(|value| text(value)).collect();
            self.object("create type", (&one.schema, &one.name, one.span));
            self.out.push(&format!(" as enum ({});\n", values.join(", ")));
        }
        types.tables.iter().filter(|table| !table.is_view).for_each(|table| self.table(table));
        self.references();
        types.tables.iter().filter(|table| table.is_view).for_each(|view| self.view(view));
        types.functions.iter().for_each(|function| self.function(function));
    }

    /// A command and the name of what it makes, which stands at a place in the types.
    fn object(&mut self, command: &str, (schema, name, span): (&str, &str, Span)) {
        self.out.push(command);
        self.out.push(" ");
        self.at(span, &format!("{}.{}", quoted(schema), quoted(name)));
    }

    fn at(&mut self, span: Span, sql: &str) {
        self.out.at(span.in_file(self.file), |out| out.push(sql));
    }

    fn table(&mut self, table: &TypedTable) {
        self.object("create table", (&table.schema, &table.name, table.span));
        self.out.push(" (");
        for (at, column) in table.columns.iter().enumerate() {
            let null = if column.nullable { "" } else { " not null" };
            let name = quoted(&column.name);
            let kind = type_of((&column.kind, column.is_array));
            self.out.push(if at == 0 { "\n  " } else { ",\n  " });
            self.at(column.span, &format!("{name} {kind}{null}"));
        }
        self.out.push("\n);\n");
    }

    /// Foreign keys, after the keys that they prove: what is referred to is unique, and so is what
    /// refers to it from one row at most.
    fn references(&mut self) {
        let types = self.types;
        let tables = types.tables.iter().filter(|table| !table.is_view);
        let references = tables.flat_map(|table| {
            let keys = table.relationships.iter();
            keys.filter_map(move |key| Some((table, key, types.target(table, key)?)))
        });
        let references: Vec<(&TypedTable, &Relationship, &TypedTable)> = references.collect();
        let mut unique: BTreeSet<UniqueKey<'t>> = BTreeSet::new();
        for (table, key, target) in &references {
            let referred: UniqueKey<'t> = (&target.schema, &target.name, &key.target_columns);
            let refers: UniqueKey<'t> = (&table.schema, &table.name, &key.columns);
            for one in [(true, referred), (key.is_one_to_one, refers)] {
                if one.0 && unique.insert(one.1) {
                    let (schema, name, columns) = one.1;
                    self.object("alter table", (schema, name, key.span));
                    self.out.push(&format!(" add unique ({});\n", list(columns)));
                }
            }
        }
        for (table, key, target) in references {
            self.object("alter table", (&table.schema, &table.name, table.span));
            self.out.push(" add constraint ");
            self.at(key.span, &quoted(&key.name));
            let target = format!("{}.{}", quoted(&target.schema), quoted(&target.name));
            let (columns, referred) = (list(&key.columns), list(&key.target_columns));
            let sql = format!(" foreign key ({columns}) references {target} ({referred});\n");
            self.out.push(&sql);
        }
    }

    fn view(&mut self, view: &TypedTable) {
        self.object("create view", (&view.schema, &view.name, view.span));
        let columns = view.columns.iter().map(|column| {
            let kind = type_of((&column.kind, column.is_array));
            format!("cast(null as {kind}) as {}", quoted(&column.name))
        });
        let columns: Vec<String> = columns.collect();
        self.out.push(&format!(" as select {};\n", columns.join(", ")));
    }

    fn function(&mut self, function: &TypedFunction) {
        self.object("create function", (&function.schema, &function.name, function.span));
        let arguments = function.arguments.iter().map(argument);
        let arguments: Vec<String> = arguments.collect();
        let returns = match &function.returns {
            Returns::Nothing => "void".to_owned(),
            Returns::Value(kind, is_array) => type_of((kind, *is_array)),
            Returns::Rows => "setof record".to_owned(),
        };
        let arguments = arguments.join(", ");
        self.out.push(&format!("({arguments}) returns {returns} language unknown as '';\n"));
    }
}

impl GeneratedTypes {
    /// The table that a relationship refers to, in a schema that the types do not tell: their own,
    /// or else the only one that has it.
    fn target<'t>(&'t self, table: &TypedTable, key: &Relationship) -> Option<&'t TypedTable> {
        let has = |target: &TypedTable, column: &SmolStr| {
            target.columns.iter().any(|own| own.name == *column)
        };
        let fits = |target: &&TypedTable| {
            target.name == key.target
                && !target.is_view
                && key.target_columns.iter().all(|column| has(target, column))
        };
        let owns = key.columns.iter().all(|column| has(table, column));
        if !owns || key.columns.is_empty() || key.columns.len() != key.target_columns.len() {
            return None;
        }
        let mut targets = self.tables.iter().filter(fits);
        let beside = self.tables.iter().filter(fits).find(|it| it.schema == table.schema);
        beside.or_else(|| targets.next().filter(|_| targets.next().is_none()))
    }
}

fn argument(argument: &TypedArgument) -> String {
    let kind = type_of((&argument.kind, argument.is_array));
    let default = if argument.optional { " default null" } else { "" };
    format!("{} {kind}{default}", quoted(&argument.name))
}

fn type_of((kind, is_array): (&TypedKind, bool)) -> String {
    let name = match kind {
        TypedKind::Text | TypedKind::Other => "text".to_owned(),
        TypedKind::Number => "numeric".to_owned(),
        TypedKind::Boolean => "boolean".to_owned(),
        TypedKind::Json => "jsonb".to_owned(),
        TypedKind::Enum(schema, name) => format!("{}.{}", quoted(schema), quoted(name)),
    };
    format!("{name}{}", if is_array { "[]" } else { "" })
}

fn list(columns: &[SmolStr]) -> String {
    columns.iter().map(|column| quoted(column)).collect::<Vec<String>>().join(", ")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use trave_source::FileId;

    use super::super::read;

    const TYPES: &str = r#"
export type Database = {
  public: {
    Tables: {
      teams: {
        Row: { id: string; name: string | null }
        Insert: { id?: string; name?: string | null }
        Relationships: []
      }
      seats: {
        Row: { team_id: string; tags: string[]; state: Database["public"]["Enums"]["state"] }
        Insert: { team_id: string; tags: string[] }
        Relationships: [
          {
            foreignKeyName: "seats_team_id_fkey"
            columns: ["team_id"]
            isOneToOne: true
            referencedRelation: "teams"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "seats_owner_fkey"
            columns: ["owner"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Views: { totals: { Row: { sum: number | null } } }
    Functions: {
      join_team: { Args: { team: string; as_guest?: boolean }; Returns: undefined }
    }
    Enums: { state: "free" | "taken" }
  }
}
"#;

    #[test]
    fn only_what_they_tell_is_written() {
        let types = read(TYPES);
        assert!(types.are_by_tool());
        let sql = types.to_sql(FileId(3));
        let expected = r#"create type "public"."state" as enum ('free', 'taken');
create table "public"."teams" (
  "id" text not null,
  "name" text
);
create table "public"."seats" (
  "team_id" text not null,
  "tags" text[] not null,
  "state" "public"."state" not null
);
alter table "public"."teams" add unique ("id");
alter table "public"."seats" add unique ("team_id");
alter table "public"."seats" add constraint "seats_team_id_fkey" foreign key ("team_id") references "public"."teams" ("id");
create view "public"."totals" as select cast(null as numeric) as "sum";
create function "public"."join_team"("team" text, "as_guest" boolean default null) returns void language unknown as '';
"#;
        assert_eq!(&*sql.text, expected);
        let at = expected.find("\"name\"").unwrap();
        let origin = sql.origin(trave_source::Span::new(at, at + 6)).unwrap();
        let shown = TYPES.get(origin.span.start as usize..origin.span.end as usize);
        assert_eq!((origin.file, shown), (FileId(3), Some("name")));
    }

    #[test]
    fn types_by_hand_are_no_schema() {
        let types = read("type Database = { public: { Tables: { a: { Row: { id: string } } } } }");
        assert!(!types.are_by_tool());
    }
}
