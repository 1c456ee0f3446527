//! Types that Supabase generates from a live database: a second witness of what tables it has.
//!
//! The format is the generator's own, one entry a line, so lines are all that is read.

use smol_str::SmolStr;

/// A table or view as the generated types show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedTable {
    /// Its schema.
    pub schema: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its columns.
    pub columns: Vec<SmolStr>,
}

/// Whether a text looks like types that Supabase generated.
pub fn is_generated(text: &str) -> bool {
    text.contains("Tables: {") && text.contains("Row: {")
}

/// Every table and view of generated types.
pub fn read(text: &str) -> Vec<GeneratedTable> {
    let mut reader = Reader::default();
    text.lines().for_each(|line| reader.line(line.trim()));
    reader.tables
}

/// Where in the file the reader is.
#[derive(Debug, Default)]
struct Reader {
    tables: Vec<GeneratedTable>,
    schema: SmolStr,
    last: SmolStr,
    in_row: bool,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if self.in_row {
            self.column(line);
        } else if let Some(opened) =
            line.strip_suffix('{').and_then(|text| text.trim_end().strip_suffix(':'))
        {
            self.open(opened.trim_matches(['"', '\'']));
        }
    }

    fn open(&mut self, name: &str) {
        match name {
            "Tables" | "Views" => {
                if name == "Tables" {
                    self.schema = self.last.clone();
                }
            }
            "Row" => {
                let (schema, name) = (self.schema.clone(), self.last.clone());
                self.tables.push(GeneratedTable { schema, name, columns: Vec::new() });
                self.in_row = true;
            }
            _ => self.last = SmolStr::new(name),
        }
    }

    fn column(&mut self, line: &str) {
        if line.starts_with('}') {
            self.in_row = false;
            return;
        }
        let Some((name, _)) = line.split_once(':') else { return };
        let name = name.trim_end_matches('?').trim_matches(['"', '\'']);
        let is_name = !name.is_empty() && !name.contains([' ', '|', '{', '(']);
        if let Some(table) = self.tables.last_mut().filter(|_| is_name) {
            table.columns.push(SmolStr::new(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_generated, read};

    const TYPES: &str = "
export type Database = {
  public: {
    Tables: {
      listings: {
        Row: {
          id: string
          price?: number | null
        }
        Insert: {
          id?: string
        }
        Relationships: []
      }
      notes: {
        Row: {
          body: string
        }
      }
    }
    Views: {
      totals: {
        Row: {
          sum: number
        }
      }
    }
  }
}
";

    #[test]
    fn tables_and_views_with_their_columns() {
        assert!(is_generated(TYPES));
        let tables = read(TYPES);
        let seen: Vec<String> = tables
            .iter()
            .map(|table| format!("{}.{}({})", table.schema, table.name, table.columns.join(",")))
            .collect();
        assert_eq!(seen, ["public.listings(id,price)", "public.notes(body)", "public.totals(sum)"]);
    }
}
