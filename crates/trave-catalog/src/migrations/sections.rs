//! Two directions in one file: which part of it goes up.

use trave_source::Span;

/// The marks of a tool that keeps both directions in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    /// `-- +goose Up` and `-- +goose Down`.
    Goose,
    /// `-- migrate:up` and `-- migrate:down`.
    Dbmate,
}

impl Marks {
    /// Which marks a text has, if any.
    pub(super) fn of(text: &str) -> Option<Self> {
        [Self::Goose, Self::Dbmate].into_iter().find(|marks| line_with(text, marks.up()).is_some())
    }

    fn up(self) -> &'static str {
        match self {
            Self::Goose => "+goose up",
            Self::Dbmate => "migrate:up",
        }
    }

    fn down(self) -> &'static str {
        match self {
            Self::Goose => "+goose down",
            Self::Dbmate => "migrate:down",
        }
    }

    /// The bytes between the two marks, in whichever order they stand.
    pub(super) fn part(self, text: &str) -> Span {
        let Some((_, start)) = line_with(text, self.up()) else { return Span::new(0, text.len()) };
        let rest = text.get(start..).unwrap_or_default();
        let end = line_with(rest, self.down()).map_or(text.len(), |(line, _)| start + line);
        Span::new(start, end)
    }
}

/// The first comment line that begins with a mark: where the line begins, where the next does.
fn line_with(text: &str, mark: &str) -> Option<(usize, usize)> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if let Some(comment) = line.trim_start().strip_prefix("--") {
            let comment = comment.trim_start();
            let head = comment.get(..mark.len()).unwrap_or_default();
            if head.eq_ignore_ascii_case(mark) {
                return Some((start, end));
            }
        }
        start = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Marks;

    fn up(text: &str) -> &str {
        let span = Marks::of(text).unwrap().part(text);
        text.get(span.start as usize..span.end as usize).unwrap()
    }

    #[test]
    fn only_the_part_that_goes_up_is_kept() {
        assert_eq!(
            up("-- +goose Up\ncreate table a ();\n-- +goose Down\ndrop table a;\n"),
            "create table a ();\n"
        );
        assert_eq!(up("-- migrate:up\nselect 1;\n\n-- migrate:down\n"), "select 1;\n\n");
        assert_eq!(up("-- migrate:down\ndrop table a;\n-- migrate:up\nselect 1;"), "select 1;");
        assert_eq!(Marks::of("select 1;"), None);
    }
}
