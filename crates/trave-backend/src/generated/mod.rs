//! Types that Supabase generates from a live database: a second witness of what tables it has.
//!
//! The format is the generator's own, so the shape of its type is all that is read.

mod parse;
mod write;

use smol_str::SmolStr;
use trave_source::Span;

use parse::{Member, Shape};

/// A table or view as generated types show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedTable {
    /// Its schema.
    pub schema: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its columns.
    pub columns: Vec<SmolStr>,
}

/// Everything that a file of generated types shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GeneratedTypes {
    /// Where the name of the type stands that holds everything.
    pub span: Span,
    /// The schemas that it shows, also empty ones.
    pub schemas: Vec<SmolStr>,
    /// Tables and views.
    pub tables: Vec<TypedTable>,
    /// Enums.
    pub enums: Vec<TypedEnum>,
    /// Functions.
    pub functions: Vec<TypedFunction>,
}

/// A table or view with the types of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedTable {
    /// Its schema.
    pub schema: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Where its name stands.
    pub span: Span,
    /// Whether it is a view.
    pub is_view: bool,
    /// Whether it tells what an insert takes, as the generator does of every table.
    pub tells_inserts: bool,
    /// Its columns.
    pub columns: Vec<TypedColumn>,
    /// The foreign keys that it has.
    pub relationships: Vec<Relationship>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedColumn {
    /// Its name.
    pub name: SmolStr,
    /// Where its name stands.
    pub span: Span,
    /// Its type.
    pub kind: TypedKind,
    /// `[]`.
    pub is_array: bool,
    /// `| null`.
    pub nullable: bool,
    /// Whether an insert has to give it.
    pub required: bool,
}

/// What a type of TypeScript tells of a type of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypedKind {
    /// `string`.
    Text,
    /// `number`.
    Number,
    /// `boolean`.
    Boolean,
    /// `Json`.
    Json,
    /// `Database["public"]["Enums"]["status"]`: schema and name.
    Enum(SmolStr, SmolStr),
    /// Something else, which tells nothing.
    Other,
}

/// A foreign key as the generator tells it to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relationship {
    /// The name of the constraint.
    pub name: SmolStr,
    /// Where the name stands.
    pub span: Span,
    /// Whether a key keeps the columns that refer unique.
    pub is_one_to_one: bool,
    /// The columns that refer.
    pub columns: Vec<SmolStr>,
    /// The table or view referred to, in a schema that is not told.
    pub target: SmolStr,
    /// Its columns.
    pub target_columns: Vec<SmolStr>,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedFunction {
    /// Its schema.
    pub schema: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Where its name stands.
    pub span: Span,
    /// Its arguments; none where it is overloaded.
    pub arguments: Vec<TypedArgument>,
    /// What it returns.
    pub returns: Returns,
}

/// An argument of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedArgument {
    /// Its name.
    pub name: SmolStr,
    /// Its type.
    pub kind: TypedKind,
    /// `[]`.
    pub is_array: bool,
    /// Whether a call may leave it out.
    pub optional: bool,
}

/// What a function returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returns {
    /// Nothing.
    Nothing,
    /// One value, or an array of them.
    Value(TypedKind, bool),
    /// Rows, or one row.
    Rows,
}

/// An enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedEnum {
    /// Its schema.
    pub schema: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Where its name stands.
    pub span: Span,
    /// Its values.
    pub values: Vec<SmolStr>,
}

/// Whether a text looks like types that Supabase generated.
pub fn is_generated(text: &str) -> bool {
    text.contains("Tables: {") && text.contains("Row: {")
}

/// Everything that a text shows.
pub fn read(text: &str) -> GeneratedTypes {
    let Some((span, schemas)) = parse::database(text) else { return GeneratedTypes::default() };
    let mut types = GeneratedTypes { span, ..GeneratedTypes::default() };
    for schema in &schemas {
        let Shape::Object(kinds) = &schema.shape else { continue };
        if kinds.iter().any(|kind| kind.name == "Tables") {
            types.schemas.push(schema.name.clone());
        }
        for kind in kinds {
            let Shape::Object(members) = &kind.shape else { continue };
            for member in members {
                match kind.name.as_str() {
                    "Tables" => types.tables.extend(table(&schema.name, member)),
                    "Views" => {
                        let view = |table| TypedTable { is_view: true, ..table };
                        types.tables.extend(table(&schema.name, member).map(view));
                    }
                    "Enums" => types.enums.extend(enumeration(&schema.name, member)),
                    "Functions" => types.functions.push(function(&schema.name, member)),
                    _ => {}
                }
            }
        }
    }
    types
}

impl GeneratedTypes {
    /// The tables and views with the names of their columns.
    pub fn names(&self) -> impl Iterator<Item = GeneratedTable> + '_ {
        self.tables.iter().map(|table| GeneratedTable {
            schema: table.schema.clone(),
            name: table.name.clone(),
            columns: table.columns.iter().map(|column| column.name.clone()).collect(),
        })
    }
}

fn table(schema: &SmolStr, member: &Member) -> Option<TypedTable> {
    let Shape::Object(parts) = &member.shape else { return None };
    let part = |name: &str| parts.iter().find(|part| part.name == name).map(|part| &part.shape);
    let Some(Shape::Object(columns)) = part("Row") else { return None };
    let insert = match part("Insert") {
        Some(Shape::Object(insert)) => Some(insert.as_slice()),
        _ => None,
    };
    let relationships = match part("Relationships") {
        Some(Shape::Tuple(items)) => items.iter().filter_map(relationship).collect(),
        _ => Vec::new(),
    };
    let (name, span) = (member.name.clone(), member.span);
    let columns = columns.iter().map(|member| column(member, insert.unwrap_or_default())).collect();
    Some(TypedTable {
        schema: schema.clone(),
        name,
        span,
        is_view: false,
        tells_inserts: insert.is_some(),
        columns,
        relationships,
    })
}

fn relationship(shape: &Shape) -> Option<Relationship> {
    let Shape::Object(members) = shape else { return None };
    let part =
        |name: &str| members.iter().find(|member| member.name == name).map(|member| &member.shape);
    let list = |name: &str| match part(name) {
        Some(Shape::Tuple(items)) => items.iter().filter_map(literal).collect(),
        _ => Vec::new(),
    };
    let name = members.iter().find(|member| member.name == "foreignKeyName")?;
    let is_true = |shape: &Shape| matches!(shape, Shape::Text(text) if text == "true");
    Some(Relationship {
        name: literal(&name.shape)?,
        span: name.span,
        is_one_to_one: part("isOneToOne").is_some_and(is_true),
        columns: list("columns"),
        target: part("referencedRelation").and_then(literal)?,
        target_columns: list("referencedColumns"),
    })
}

fn function(schema: &SmolStr, member: &Member) -> TypedFunction {
    let parts = match &member.shape {
        Shape::Object(parts) => parts.as_slice(),
        Shape::Tuple(_) | Shape::Text(_) => &[],
    };
    let part = |name: &str| parts.iter().find(|part| part.name == name).map(|part| &part.shape);
    let arguments = match part("Args") {
        Some(Shape::Object(arguments)) => arguments.iter().map(argument).collect(),
        _ => Vec::new(),
    };
    let returns = match part("Returns") {
        Some(Shape::Object(_)) => Returns::Rows,
        Some(Shape::Text(text)) if matches!(text.as_str(), "undefined" | "never" | "void") => {
            Returns::Nothing
        }
        Some(Shape::Text(text)) if text.contains("Row") || text.starts_with("Record") => {
            Returns::Rows
        }
        Some(Shape::Text(text)) => {
            let (kind, is_array, _) = kind_in(text);
            Returns::Value(kind, is_array)
        }
        Some(Shape::Tuple(_)) | None => Returns::Value(TypedKind::Other, false),
    };
    let (name, span) = (member.name.clone(), member.span);
    TypedFunction { schema: schema.clone(), name, span, arguments, returns }
}

/// `"id"` without its quotes.
fn literal(shape: &Shape) -> Option<SmolStr> {
    let Shape::Text(text) = shape else { return None };
    unquoted(text)
}

fn unquoted(text: &str) -> Option<SmolStr> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    text.get(1..)?.strip_suffix(quote).map(SmolStr::new)
}

fn column(member: &Member, insert: &[Member]) -> TypedColumn {
    let (kind, is_array, nullable) = kind_in(member.text());
    let given = insert.iter().find(|given| given.name == member.name);
    TypedColumn {
        name: member.name.clone(),
        span: member.span,
        kind,
        is_array,
        nullable,
        required: given.is_some_and(|given| !given.optional),
    }
}

fn argument(member: &Member) -> TypedArgument {
    let (kind, is_array, _) = kind_in(member.text());
    TypedArgument { name: member.name.clone(), kind, is_array, optional: member.optional }
}

/// A type, whether it is an array, and whether it may be null.
fn kind_in(text: &str) -> (TypedKind, bool, bool) {
    let mut parts: Vec<&str> =
        text.split('|').map(str::trim).filter(|part| !part.is_empty()).collect();
    let nullable = parts.contains(&"null");
    parts.retain(|part| *part != "null");
    let (kind, is_array) = match parts.as_slice() {
        [one] => match one.strip_suffix("[]") {
            Some(item) => (kind_of(item.trim_matches(['(', ')'])), true),
            None => (kind_of(one), false),
        },
        _ => (TypedKind::Other, false),
    };
    (kind, is_array, nullable)
}

fn kind_of(text: &str) -> TypedKind {
    match text {
        "string" => TypedKind::Text,
        "number" => TypedKind::Number,
        "boolean" => TypedKind::Boolean,
        "Json" => TypedKind::Json,
        _ => {
            let mut keys = text.split(['\'', '"']).skip(1).step_by(2);
            match (keys.next(), keys.next(), keys.next()) {
                (Some(schema), Some("Enums"), Some(name)) => {
                    TypedKind::Enum(schema.into(), name.into())
                }
                _ => TypedKind::Other,
            }
        }
    }
}

fn enumeration(schema: &SmolStr, member: &Member) -> Option<TypedEnum> {
    let Shape::Text(text) = &member.shape else { return None };
    let parts = text.split('|').map(str::trim).filter(|part| !part.is_empty());
    let values: Option<Vec<SmolStr>> = parts.map(unquoted).collect();
    let values = values?;
    let (name, span) = (member.name.clone(), member.span);
    Some(TypedEnum { schema: schema.clone(), name, span, values })
}

#[cfg(test)]
mod tests {
    use super::{Returns, TypedKind, is_generated, read};

    const TYPES: &str = "
export type Json = string | null
export type Database = {
  // written by a tool
  __InternalSupabase: { PostgrestVersion: '14.4' };
  public: {
    Tables: {
      listings: {
        Row: {
          id: string
          price?: number | null
          \"odd name\": boolean
          tags: string[];
          state:
            | Database['public']['Enums']['state']
            | null;
        }
        Insert: {
          id?: string
          \"odd name\": boolean
        }
        Relationships: [
          {
            foreignKeyName: \"listings_owner_fkey\";
            columns: [\"owner\", \"agency\"];
            isOneToOne: false;
            referencedRelation: \"users\";
            referencedColumns: [\"id\"];
          },
        ];
      }
      notes: {
        Row: {
          body: Json
        }
      }
    }
    Views: {
      totals: {
        Row: {
          sum: number | null
        }
      }
    }
    Functions: {
      f: { Args: { a: string }; Returns: { Row: { x: string } } }
    }
    Enums: {
      state:
        | 'draft'
        | \"live\";
      one: 'a' | 'b'
    }
  }
  audit: {
    Tables: {
      [_ in never]: never
    }
    Enums: {
      [_ in never]: never
    }
  }
}
export const Constants = { public: { Enums: { state: ['draft', 'live'] } } } as const
";

    #[test]
    fn tables_and_views_with_their_columns() {
        assert!(is_generated(TYPES));
        let types = read(TYPES);
        let seen: Vec<String> = types
            .names()
            .map(|table| format!("{}.{}({})", table.schema, table.name, table.columns.join(",")))
            .collect();
        let expected = [
            "public.listings(id,price,odd name,tags,state)",
            "public.notes(body)",
            "public.totals(sum)",
        ];
        assert_eq!(seen, expected);
        let listings = &types.tables[0];
        let span = listings.span;
        assert_eq!(TYPES.get(span.start as usize..span.end as usize), Some("listings"));
        let state = &listings.columns[4];
        assert_eq!(state.kind, TypedKind::Enum("public".into(), "state".into()));
        assert!(state.nullable && listings.columns[3].is_array && types.tables[2].is_view);
    }

    #[test]
    fn what_an_insert_needs_and_what_refers_elsewhere() {
        let types = read(TYPES);
        assert_eq!(types.schemas, ["public", "audit"]);
        let function = &types.functions[0];
        assert_eq!((function.name.as_str(), &function.returns), ("f", &Returns::Rows));
        assert_eq!(function.arguments[0].kind, TypedKind::Text);
        let listings = &types.tables[0];
        let required = listings.columns.iter().filter(|column| column.required);
        let required: Vec<&str> = required.map(|column| column.name.as_str()).collect();
        assert_eq!(required, ["odd name"]);
        let key = &listings.relationships[0];
        assert_eq!((key.name.as_str(), key.target.as_str()), ("listings_owner_fkey", "users"));
        assert_eq!(key.columns, ["owner", "agency"]);
        assert!(!key.is_one_to_one);
        assert_eq!(key.target_columns, ["id"]);
        let head = TYPES.get(types.span.start as usize..types.span.end as usize);
        assert_eq!(head, Some("Database"));
    }

    #[test]
    fn enums_with_their_values() {
        let types = read(TYPES);
        assert_eq!(types.enums.len(), 2);
        assert_eq!(types.enums[0].values, ["draft", "live"]);
        assert_eq!(types.enums[1].values, ["a", "b"]);
    }

    #[test]
    fn broken_text_ends() {
        for end in 0..TYPES.len() {
            let _ = TYPES.get(..end).map(read);
        }
        let _ = read(&format!("type Database = {}", "{a:".repeat(100_000)));
    }
}
