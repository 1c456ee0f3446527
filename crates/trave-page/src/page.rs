//! A page as a whole.

use crate::block::{Block, blocks};
use crate::error::{PageError, Problem};
use crate::example::{Example, Verdict, read_examples};
use crate::front::{Front, read_front};
use crate::nearest;

/// A section of a page. The order here is the order on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SectionKind {
    /// Examples that are reported.
    Bad,
    /// Examples that are not.
    Good,
    /// What to do.
    Instead,
    /// When a finding is wrong or does not matter.
    WhenToSilence,
    /// Corresponding checks of other linters.
    Like,
    /// The terminal text of the first bad example.
    Report,
}

impl SectionKind {
    /// Every section, in order.
    pub const ALL: [Self; 6] =
        [Self::Bad, Self::Good, Self::Instead, Self::WhenToSilence, Self::Like, Self::Report];

    /// As written after `##`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Bad => "Bad",
            Self::Good => "Good",
            Self::Instead => "Instead",
            Self::WhenToSilence => "When to silence",
            Self::Like => "Like",
            Self::Report => "Report",
        }
    }

    fn named(title: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|kind| kind.title() == title);
        found.ok_or_else(|| Problem::UnknownSection {
            section: title.to_owned(),
            nearest: nearest(title, Self::ALL.map(Self::title)),
        })
    }
}

/// The stored terminal text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Line of the opening fence, from 1.
    pub fence_line: usize,
    /// The text between the fences, with a line break at its end.
    pub text: String,
}

/// A rule page, read.
#[derive(Debug, Clone)]
pub struct Page {
    /// The path it was read from: `rules/rls/table-without-rls.md`.
    pub path: String,
    /// The last part of the path without `.md`: `table-without-rls`.
    pub name: String,
    /// The front matter.
    pub front: Front,
    /// Bad examples, then good ones.
    pub examples: Vec<Example>,
    /// The *Report* section, if it was written yet.
    pub report: Option<Report>,
}

impl Page {
    /// Reads a page. `path` names it in errors, and its last part is the name of the rule.
    pub fn read(path: &str, text: &str) -> Result<Self, PageError> {
        let at = |(line, problem)| PageError { path: path.to_owned(), line, problem };
        let lines: Vec<&str> = text.lines().collect();
        let (front, front_lines) = read_front(&lines).map_err(at)?;
        let body = lines.get(front_lines..).unwrap_or_default();
        let blocks = blocks(body, front_lines + 1).map_err(at)?;
        let name = page_name(path).to_owned();
        let introduced = check_title(&blocks, &name).map_err(at)?;
        let sections = sections(&blocks).map_err(at)?;
        if !introduced {
            return Err(at((front_lines + 1, Problem::NoIntroduction)));
        }
        let examples = examples(&sections, lines.len()).map_err(at)?;
        let report = sections.iter().find(|section| section.kind == SectionKind::Report);
        let report = report.and_then(|section| read_report(section.blocks));
        Ok(Self { path: path.to_owned(), name, front, examples, report })
    }
}

/// The last part of a path, without `.md`.
fn page_name(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(".md").unwrap_or(file)
}

/// Checks the title; says whether a sentence follows it before the first section.
fn check_title(blocks: &[Block<'_>], name: &str) -> Result<bool, (usize, Problem)> {
    let title = blocks.iter().find_map(|block| match block {
        Block::Heading { depth, text, line } => Some((*depth, *text, *line)),
        _ => None,
    });
    match title {
        Some((1, text, _)) if text == name => {}
        other => {
            let line = other.map_or(1, |(_, _, line)| line);
            return Err((line, Problem::Title { expected: name.to_owned() }));
        }
    }
    let is_heading = |block: &&Block<'_>| matches!(block, Block::Heading { .. });
    let before_title = blocks.iter().take_while(|block| !is_heading(block)).count();
    let introduction = blocks.iter().skip(before_title + 1).take_while(|block| !is_heading(block));
    Ok(introduction.count() > 0)
}

struct Section<'a> {
    kind: SectionKind,
    blocks: &'a [Block<'a>],
}

/// The sections, their names and order checked.
fn sections<'a>(blocks: &'a [Block<'a>]) -> Result<Vec<Section<'a>>, (usize, Problem)> {
    let starts: Vec<(usize, &str, usize)> = (0..)
        .zip(blocks)
        .filter_map(|(index, block)| match block {
            Block::Heading { depth: 2, text, line } => Some((index, *text, *line)),
            _ => None,
        })
        .collect();
    let ends = starts.iter().skip(1).map(|(index, ..)| *index).chain([blocks.len()]);
    let mut sections: Vec<Section<'a>> = Vec::new();
    for ((start, title, line), end) in starts.iter().zip(ends) {
        let kind = SectionKind::named(title).map_err(|problem| (*line, problem))?;
        if let Some(after) =
            sections.last().map(|section| section.kind).filter(|&kept| kept >= kind)
        {
            return Err((*line, Problem::SectionOrder { section: kind, after }));
        }
        let blocks = blocks.get(start + 1..end).unwrap_or_default();
        sections.push(Section { kind, blocks });
    }
    Ok(sections)
}

fn examples(sections: &[Section<'_>], last: usize) -> Result<Vec<Example>, (usize, Problem)> {
    let mut examples = Vec::new();
    for (kind, verdict) in [(SectionKind::Bad, Verdict::Bad), (SectionKind::Good, Verdict::Good)] {
        let section = sections.iter().find(|section| section.kind == kind);
        let found = section.map_or(Ok(Vec::new()), |found| read_examples(verdict, found.blocks))?;
        if found.is_empty() {
            return Err((last.max(1), Problem::NoExample(kind)));
        }
        examples.extend(found);
    }
    Ok(examples)
}

fn read_report(blocks: &[Block<'_>]) -> Option<Report> {
    blocks.iter().find_map(|block| match block {
        Block::Fence(fence) => {
            let text = fence.lines.iter().flat_map(|line| [*line, "\n"]).collect();
            Some(Report { fence_line: fence.line, text })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::Page;
    use crate::front::Level;

    const GOOD_PAGE: &str = r"---
summary: A table is open.
level: error
since: 0.1.0
like: splinter 0013, squawk x
cwe: CWE-522
---

# open-table

Anybody can read it.

## Bad

Two files make one project.

```sql
create table a (id int);
--           ^ `a` is open
```

`src/lib/a.ts`:

```ts
read('a');
//   ~~~ read here
```

### Later

```sql
create table b (id int);
--           ^ `b` is open
```

---

```sql
create table c (id int);
```

## Good

```sql
create table a (id int);
```

## Report

```text
error: `a` is open
```
";

    #[track_caller]
    fn check_error(change: (&str, &str), expected: &str) {
        let text = GOOD_PAGE.replace(change.0, change.1);
        assert_ne!(text, GOOD_PAGE, "the change changes nothing");
        let error = Page::read("rules/rls/open-table.md", &text).unwrap_err();
        assert_eq!(error.to_string(), format!("rules/rls/open-table.md:{expected}"));
    }

    #[test]
    fn a_page_gives_its_facts_and_examples() {
        let page = Page::read("rules/rls/open-table.md", GOOD_PAGE).unwrap();
        assert_eq!(page.front.level, Level::Error);
        assert_eq!(page.front.like, ["splinter 0013", "squawk x"]);
        assert_eq!(page.front.cwe, [522]);
        let lines: Vec<_> = page.examples.iter().map(|example| example.line).collect();
        assert_eq!(lines, [17, 31, 38, 44]);
        let files = &page.examples[0].files;
        assert_eq!(files[0].path, "supabase/migrations/001.sql");
        assert_eq!(files[1].path, "src/lib/a.ts");
        assert_eq!(files[1].text, "read('a');\n");
        assert_eq!(files[1].labels[0].message, "read here");
        assert_eq!(files[1].page_line(0), 25);
        assert_eq!(page.report.unwrap().text, "error: `a` is open\n");
    }

    #[test]
    fn front_matter_is_strict() {
        check_error(
            ("level: error", "level: eror"),
            "3: unknown level `eror`; did you mean `error`?",
        );
        check_error(
            ("level: error", "level: fatal"),
            "3: unknown level `fatal`; levels are `error`, `warning`, `info`, `off`",
        );
        check_error(("summary:", "sumary:"), "2: unknown key `sumary`; did you mean `summary`?");
        check_error(("since: 0.1.0", "level: info"), "4: `level` is given twice");
        check_error(("since: 0.1.0\n", ""), "1: the front matter has no `since`");
        check_error(("since: 0.1.0", "since:"), "4: `since` has no value");
        check_error(("CWE-522", "CWE-x"), "6: `CWE-x` is not a number such as `CWE-347`");
        check_error(
            ("---\nsummary", "summary"),
            "1: a page begins with `---` and its front matter",
        );
    }

    #[test]
    fn sections_are_known_and_in_order() {
        check_error(("## Good", "## Goood"), "42: unknown section `Goood`; did you mean `Good`?");
        check_error(("## Report", "## Bad"), "48: `Bad` has to stand before `Good`");
        check_error(("## Report", "## Good"), "48: a second section `Good`");
        check_error(("# open-table", "# open"), "9: the title has to be `# open-table`");
        check_error(
            ("Anybody can read it.\n", ""),
            "8: say below the title what goes wrong in production",
        );
        check_error(
            ("## Good", "## Instead"),
            "52: a page needs a section `## Good` with at least one example",
        );
    }

    #[test]
    fn examples_are_strict() {
        check_error(
            ("```sql\ncreate table c", "```text\ncreate table c"),
            "38: a `text` fence has no default path: \
             put a line like `` `path/to/file`: `` above it",
        );
        check_error(
            ("`src/lib/a.ts`", "`supabase/migrations/001.sql`"),
            "24: a second file at `supabase/migrations/001.sql`: \
             give it a path line, or start a new example with `---`",
        );
        check_error(("read('a');\n", ""), "25: carets label the line above, and there is none");
        check_error(
            ("## Good\n\n```sql\n", "## Good\n\n```sql\nselect 1;\n--     ^ no\n"),
            "46: a good example has no findings, so it has no carets",
        );
        check_error(("error: `a` is open\n```", ""), "50: this fence is never closed");
    }
}
