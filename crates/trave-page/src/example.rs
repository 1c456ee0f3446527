//! The examples of a page: small projects that must report, or must stay silent.

use crate::block::{Block, Fence};
use crate::error::Problem;
use crate::label::{Label, split_labels};

/// Whether an example has to be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It stands under *Bad*.
    Bad,
    /// It stands under *Good*.
    Good,
}

impl Verdict {
    /// As in the names of the tests: `bad`, `good`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Good => "good",
        }
    }
}

/// A small project.
#[derive(Debug, Clone)]
pub struct Example {
    /// Bad or good.
    pub verdict: Verdict,
    /// Line of the first fence, from 1: it names the test.
    pub line: usize,
    /// Its files, as they follow each other.
    pub files: Vec<ExampleFile>,
}

/// A file of an example.
#[derive(Debug, Clone)]
pub struct ExampleFile {
    /// Where it lies in the project.
    pub path: String,
    /// Line of the opening fence on the page.
    pub fence_line: usize,
    /// How many lines stand between the fences, caret comments among them.
    pub lines_count: usize,
    /// The text without caret comments.
    pub text: String,
    /// What the caret comments say.
    pub labels: Vec<Label>,
    /// Line on the page of each line of the text.
    pub page_lines: Vec<usize>,
}

impl ExampleFile {
    /// Line on the page of a line (from 0) of the text; past the end, that of the fence.
    pub fn page_line(&self, line: usize) -> usize {
        self.page_lines.get(line).copied().unwrap_or(self.fence_line)
    }
}

/// Collects the examples of one section.
pub(crate) fn read_examples(
    verdict: Verdict,
    blocks: &[Block<'_>],
) -> Result<Vec<Example>, (usize, Problem)> {
    let mut examples: Vec<Example> = Vec::new();
    let mut path = None;
    let mut fresh = true;
    for block in blocks {
        match block {
            Block::Heading { .. } | Block::Separator => fresh = true,
            Block::Text(text) => path = path_line(text),
            Block::Fence(fence) => {
                let file = read_file(fence, path.take())?;
                match examples.last_mut().filter(|_| !fresh) {
                    Some(example) => add_file(example, file)?,
                    None => examples.push(Example { verdict, line: fence.line, files: vec![file] }),
                }
                fresh = false;
            }
        }
    }
    check_labels(&examples)?;
    Ok(examples)
}

fn check_labels(examples: &[Example]) -> Result<(), (usize, Problem)> {
    let good = examples.iter().filter(|example| example.verdict == Verdict::Good);
    for file in good.flat_map(|example| &example.files) {
        if let Some(label) = file.labels.first() {
            return Err((file.page_line(label.line) + 1, Problem::LabelInGood));
        }
    }
    Ok(())
}

fn add_file(example: &mut Example, file: ExampleFile) -> Result<(), (usize, Problem)> {
    if example.files.iter().any(|other| other.path == file.path) {
        return Err((file.fence_line, Problem::RepeatedPath(file.path)));
    }
    example.files.push(file);
    Ok(())
}

fn read_file(fence: &Fence<'_>, path: Option<&str>) -> Result<ExampleFile, (usize, Problem)> {
    let path = path.or_else(|| default_path(fence.language));
    let path = path.ok_or_else(|| (fence.line, Problem::NoPath(fence.language.to_owned())))?;
    let labelled = split_labels(fence.lines.iter().copied());
    let page_line = |index| fence.line + 1 + index;
    if let Some(loose) = labelled.loose {
        return Err((page_line(loose), Problem::LooseLabel));
    }
    Ok(ExampleFile {
        path: path.to_owned(),
        fence_line: fence.line,
        lines_count: fence.lines.len(),
        text: labelled.text,
        labels: labelled.labels,
        page_lines: labelled.line_map.into_iter().map(page_line).collect(),
    })
}

/// The path of a line such as `` `supabase/migrations/001.sql`: ``.
fn path_line(line: &str) -> Option<&str> {
    let path = line.strip_prefix('`')?.strip_suffix("`:")?;
    (!path.contains('`')).then_some(path)
}

fn default_path(language: &str) -> Option<&'static str> {
    Some(match language {
        "sql" => "supabase/migrations/001.sql",
        "ts" => "src/app/api/example/route.ts",
        "js" => "src/app/api/example/route.js",
        "tsx" => "src/app/example/page.tsx",
        "jsx" => "src/app/example/page.jsx",
        "prisma" => "prisma/schema.prisma",
        _ => return None,
    })
}
