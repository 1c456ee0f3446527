//! Failures as texts: the place, the line, both sets of carets.

use trave_page::{Label, label_line};

use crate::compare::{Mismatch, Placed};

/// One difference; `place` and the text of the file it is in.
pub(crate) fn mismatch(mismatch: &Mismatch, (place, text): (&str, &str)) -> String {
    let carets = |placed: &Placed, words: &str| caret_block(placed, words, text);
    match mismatch {
        Mismatch::Missing(expected) => {
            let words = format!("expected: {}", expected.label.message);
            format!("{place} · missing\n{}", carets(expected, &words))
        }
        Mismatch::Noisy(found) => {
            let words = format!("found: {}", found.label.message);
            format!("{place} · noisy\n{}", carets(found, &words))
        }
        Mismatch::Moved(expected, found) => format!(
            "{place} · moved: {}\n{}{}",
            expected.label.message,
            carets(expected, "expected"),
            if found.path == expected.path {
                carets(found, "found")
            } else {
                format!("  found in {}, line {}\n", found.path, found.label.line + 1)
            }
        ),
        Mismatch::Reworded(expected, found) => format!(
            "{place} · reworded\n{}  expected: {}\n  found:    {}\n",
            carets(expected, ""),
            expected.label.message,
            found.label.message
        ),
    }
}

/// The line that a label is about, with the label below.
fn caret_block(placed: &Placed, words: &str, text: &str) -> String {
    let line = text.lines().nth(placed.label.line).unwrap_or_default();
    let label = Label { message: words.to_owned(), ..placed.label.clone() };
    format!("  {line}\n  {}\n", label_line(&label, sign(&placed.path)))
}

/// How comments begin in a file.
pub(crate) fn sign(path: &str) -> &'static str {
    let ending = path.rsplit('.').next().unwrap_or_default();
    match ending {
        "sql" => "--",
        "toml" | "yml" | "yaml" | "env" => "#",
        _ => "//",
    }
}

/// The name of the running test, for a command that reruns it.
pub(crate) fn test_name() -> String {
    std::thread::current().name().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use trave_page::{Label, LabelKind};

    use super::mismatch;
    use crate::compare::{Mismatch, Placed};

    fn placed(start: usize, end: usize) -> Placed {
        let message = "`email` is dropped".to_owned();
        let label = Label { line: 0, start, end, kind: LabelKind::Primary, message };
        Placed { path: "a.sql".to_owned(), label }
    }

    #[test]
    fn a_moved_finding_shows_both_places() {
        let moved = Mismatch::Moved(placed(29, 34), placed(22, 34));
        let shown = mismatch(&moved, ("rules/x.md:14", "alter table users drop column email;\n"));
        assert_eq!(
            shown,
            "rules/x.md:14 · moved: `email` is dropped
  alter table users drop column email;
  --                           ^^^^^ expected
  alter table users drop column email;
  --                    ^^^^^^^^^^^^ found
"
        );
    }
}
