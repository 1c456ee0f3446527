//! Rewrites the carets and the *Report* of a page from what the rule reports.

use trave_page::{Example, ExampleFile, LabelKind, Page, Verdict, label_line};

use crate::compare::Placed;
use crate::page::PageTest;
use crate::show::sign;

/// The page with the carets of its bad examples, and its *Report*, as they are now.
pub(crate) fn bless(subject: PageTest, page: &Page) -> String {
    let mut changes = Vec::new();
    for example in page.examples.iter().filter(|example| example.verdict == Verdict::Bad) {
        let found = wanted(example, subject.found(example));
        changes.extend(example.files.iter().map(|file| file_change(file, &found)));
    }
    let report = subject.report_text(page);
    if let (Some(stored), Some(now)) = (&page.report, &report) {
        let lines_count = stored.text.lines().count();
        changes.push(Change { fence_line: stored.fence_line, lines_count, text: now.clone() });
    }
    let mut text = rewrite(subject.rule.meta.page, changes);
    if let (None, Some(now)) = (&page.report, report) {
        text.push_str("\n## Report\n\n```text\n");
        text.push_str(&now);
        text.push_str("```\n");
    }
    text
}

/// New lines for the inside of a fence.
struct Change {
    fence_line: usize,
    lines_count: usize,
    text: String,
}

/// Secondary labels are written only where the example asked for some.
fn wanted(example: &Example, found: Vec<Placed>) -> Vec<Placed> {
    let labels = example.files.iter().flat_map(|file| &file.labels);
    let asks = labels.into_iter().any(|label| label.kind == LabelKind::Secondary);
    let is_wanted = |placed: &Placed| asks || placed.label.kind == LabelKind::Primary;
    found.into_iter().filter(is_wanted).collect()
}

fn file_change(file: &ExampleFile, found: &[Placed]) -> Change {
    let mut text = String::new();
    for (index, line) in file.text.lines().enumerate() {
        text.push_str(line);
        text.push('\n');
        let mut labels: Vec<_> = found
            .iter()
            .filter(|placed| placed.path == file.path && placed.label.line == index)
            .map(|placed| &placed.label)
            .collect();
        labels.sort_by_key(|label| (label.start, label.end, label.kind));
        for label in labels {
            text.push_str(&label_line(label, sign(&file.path)));
            text.push('\n');
        }
    }
    Change { fence_line: file.fence_line, lines_count: file.lines_count, text }
}

/// Applies changes to the fences of a page; lines outside them stay.
fn rewrite(page: &str, mut changes: Vec<Change>) -> String {
    changes.sort_by_key(|change| change.fence_line);
    let mut lines = page.lines();
    let mut copied = 0;
    let mut text = String::new();
    for change in changes {
        for line in lines.by_ref().take(change.fence_line - copied) {
            text.push_str(line);
            text.push('\n');
        }
        text.push_str(&change.text);
        copied = change.fence_line + change.lines_count;
        let _ = lines.by_ref().take(change.lines_count).count();
    }
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use trave_page::{Label, LabelKind, Page};

    use super::{Change, file_change, rewrite};
    use crate::compare::Placed;

    const PAGE: &str = "---\nsummary: x\nlevel: error\nsince: 0.1.0\n---\n\n# x\n\nIt leaks.\n\n\
        ## Bad\n\n```sql\ncreate table a (id int);\n--  ^ old\nselect 1;\n```\n\n\
        ## Good\n\n```sql\nselect 2;\n```\n";

    #[test]
    fn carets_are_replaced_and_the_rest_stays() {
        let page = Page::read("x.md", PAGE).unwrap();
        let file = &page.examples[0].files[0];
        let label = |start, message: &str| Placed {
            path: file.path.clone(),
            label: Label {
                line: 0,
                start,
                end: start + 6,
                kind: LabelKind::Primary,
                message: message.to_owned(),
            },
        };
        let change = file_change(file, &[label(13, "second"), label(7, "first")]);
        let expected =
            PAGE.replace("--  ^ old\n", "--     ^^^^^^ first\n--           ^^^^^^ second\n");
        assert_eq!(rewrite(PAGE, vec![change]), expected);
    }

    #[test]
    fn several_fences_change_at_once() {
        let change = |fence_line, lines_count, text: &str| Change {
            fence_line,
            lines_count,
            text: text.to_owned(),
        };
        let changed = rewrite(PAGE, vec![change(21, 1, "z;\n"), change(13, 3, "")]);
        let expected = PAGE
            .replace("create table a (id int);\n--  ^ old\nselect 1;\n", "")
            .replace("select 2;", "z;");
        assert_eq!(changed, expected);
    }
}
