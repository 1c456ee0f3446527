//! The fixture language of inline tests.

use trave_page::{Label, split_labels};

use crate::compare::Placed;

/// A small project in one text.
///
/// `//- path` begins a file; a text without such a line is one migration. Comments with carets
/// label the line above them, as on pages, and are no part of the file. `$0` marks the cursor.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// Its files in order.
    pub files: Vec<FixtureFile>,
    /// Where `$0` stood.
    pub cursor: Option<Cursor>,
}

/// A file of a fixture.
#[derive(Debug, Clone)]
pub struct FixtureFile {
    /// Where it lies in the project.
    pub path: String,
    /// Its text, without caret comments and cursor.
    pub text: String,
    /// What the caret comments say.
    pub labels: Vec<Label>,
}

/// A place in a fixture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The file.
    pub path: String,
    /// The byte in its text.
    pub offset: usize,
}

impl Fixture {
    /// Reads a fixture. The line break after an opening quote is no part of it.
    #[track_caller]
    pub fn read(text: &str) -> Self {
        let text = text.strip_prefix('\n').unwrap_or(text);
        let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
        for line in text.lines() {
            if let Some(path) = line.trim_start().strip_prefix("//- ") {
                parts.push((path.trim().to_owned(), Vec::new()));
                continue;
            }
            match parts.last_mut() {
                Some((_, lines)) => lines.push(line),
                None => parts.push(("supabase/migrations/001.sql".to_owned(), vec![line])),
            }
        }
        let mut cursor = None;
        let files = parts.into_iter().map(|part| read_file(part, &mut cursor)).collect();
        Self { files, cursor }
    }

    pub(crate) fn expected(&self) -> Vec<Placed> {
        let placed = |file: &FixtureFile| {
            let path = file.path.clone();
            let labels = file.labels.clone().into_iter();
            labels.map(move |label| Placed { path: path.clone(), label }).collect::<Vec<_>>()
        };
        self.files.iter().flat_map(placed).collect()
    }
}

#[track_caller]
fn read_file((path, lines): (String, Vec<&str>), cursor: &mut Option<Cursor>) -> FixtureFile {
    let labelled = split_labels(lines);
    assert!(labelled.loose.is_none(), "{path}: carets label the line above, and there is none");
    let mut text = labelled.text;
    if let Some(offset) = text.find("$0") {
        assert!(cursor.is_none(), "{path}: a second cursor");
        text.replace_range(offset..offset + 2, "");
        *cursor = Some(Cursor { path: path.clone(), offset });
    }
    FixtureFile { path, text, labels: labelled.labels }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Fixture};

    #[test]
    fn path_lines_make_files() {
        let fixture = Fixture::read(
            "
//- a.sql
select 1;
--     ^ one
//- src/b.ts
read($0);
",
        );
        let files: Vec<_> =
            fixture.files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
        assert_eq!(files, [("a.sql", "select 1;\n"), ("src/b.ts", "read();\n")]);
        assert_eq!(fixture.expected().len(), 1);
        assert_eq!(fixture.cursor, Some(Cursor { path: "src/b.ts".to_owned(), offset: 5 }));
    }

    #[test]
    fn a_text_without_paths_is_a_migration() {
        let fixture = Fixture::read("\nselect 1;\n");
        assert_eq!(fixture.files[0].path, "supabase/migrations/001.sql");
    }
}
