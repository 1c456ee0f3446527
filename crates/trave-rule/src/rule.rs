//! What a rule is: facts from its page, and a function.

use std::fmt;
use std::str::FromStr;

use trave_model::Model;

use crate::context::Context;

/// A rule, as `#[rule]` makes it.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What its page says.
    pub meta: Meta,
    /// Looks at a model and reports.
    pub check: for<'m> fn(&'m Model, &mut Context<'m>),
}

/// What the page of a rule says.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Family and name: `rls/table-without-rls`.
    pub id: &'static str,
    /// One sentence: what a finding of this rule is.
    pub summary: &'static str,
    /// The level without settings.
    pub level: Level,
    /// The first version that had the rule.
    pub since: &'static str,
    /// Checks of other linters that look for the same.
    pub like: &'static [&'static str],
    /// Numbers of the Common Weakness Enumeration.
    pub cwe: &'static [u32],
    /// Entries of the OWASP API list of 2023.
    pub owasp: &'static [&'static str],
    /// Presets that it belongs to, beside those that its level and weaknesses put it in.
    pub presets: &'static [&'static str],
    /// The whole page, Markdown.
    pub page: &'static str,
}

impl Rule {
    /// Stands in for a rule whose page has an error, so that the error comes alone.
    pub const BROKEN: Self = Self { meta: Meta::new("trave/broken", Level::Off), check: |_, _| {} };
}

impl Meta {
    /// Facts without a page: for findings that no rule makes, and for tests.
    pub const fn new(id: &'static str, level: Level) -> Self {
        let (summary, since, page) = ("", "0.1.0", "");
        let (like, cwe, owasp, presets): (_, _, _, &[_]) = (&[], &[], &[], &[]);
        Self { id, summary, level, since, like, cwe, owasp, presets, page }
    }

    /// The first part of the id: `rls`.
    pub fn family(&self) -> &'static str {
        self.id.split_once('/').map_or("", |(family, _)| family)
    }

    /// The second part of the id: `table-without-rls`.
    pub fn name(&self) -> &'static str {
        self.id.split_once('/').map_or(self.id, |(_, name)| name)
    }

    /// The page without its front matter: Markdown that begins with a title.
    pub fn body(&self) -> &'static str {
        let rest = self.page.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
        rest.map_or(self.page, |(_, body)| body).trim()
    }

    /// What stands below this heading of the page, without the heading.
    pub fn section(&self, heading: &str) -> Option<&'static str> {
        let sections = self.body().split("\n## ").skip(1);
        let titled = sections.filter_map(|section| section.split_once('\n'));
        let mut found = titled.filter(|(title, _)| *title == heading);
        found.next().map(|(_, text)| text.trim())
    }

    /// The first words of the page: what breaks in production.
    pub fn introduction(&self) -> &'static str {
        let before = self.body().split("\n## ").next().unwrap_or_default();
        before.split_once('\n').map_or("", |(_, text)| text.trim())
    }

    /// Where to read on: the page as this version has it, in the repository that the package
    /// names. Where it names none, the entry of the weakness in the CWE list; and if the page
    /// carries no such number, nothing. An address that leads nowhere would be worse than none.
    pub fn url(&self) -> Option<String> {
        let package = (env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"));
        // The engine's own findings have no page.
        let page = (!self.page.is_empty()).then(|| page_url(package, self.id)).flatten();
        page.or_else(|| self.cwe.first().map(|number| cwe_url(*number)))
    }
}

fn page_url((repository, version): (&str, &str), id: &str) -> Option<String> {
    let repository = repository.trim_end_matches('/').trim_end_matches(".git");
    let is_web = repository.starts_with("https://");
    is_web.then(|| format!("{repository}/blob/v{version}/rules/{id}.md"))
}

fn cwe_url(number: u32) -> String {
    format!("https://cwe.mitre.org/data/definitions/{number}.html")
}

/// How serious a finding is, the least serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not reported; a rule of this level has to be switched on.
    Off,
    /// Worth knowing.
    Info,
    /// It will hurt under load, or hides a mistake.
    Warning,
    /// It breaks or leaks in production.
    Error,
}

impl Level {
    /// Every level, the most serious first.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Info, Self::Off];

    /// As written on pages, in settings and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Off => "off",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

/// A text that names no level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownLevel;

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        Self::ALL.into_iter().find(|level| level.name() == text).ok_or(UnknownLevel)
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, Meta, cwe_url, page_url};

    #[test]
    fn levels_are_read_as_written() {
        for level in Level::ALL {
            assert_eq!(level.name().parse(), Ok(level));
        }
        assert!(Level::Error > Level::Warning);
        assert!("fatal".parse::<Level>().is_err());
    }

    #[test]
    fn an_id_is_family_and_name() {
        let meta = Meta::new("rls/table-without-rls", Level::Error);
        assert_eq!((meta.family(), meta.name()), ("rls", "table-without-rls"));
    }

    #[test]
    fn a_page_has_parts() {
        let page = "---\nlevel: error\n---\n\n# x\n\nIt leaks.\n\n## Bad\n\n```sql\n```\n\n\
                    ## Instead\n\nDo not.\n";
        let meta = Meta { page, ..Meta::new("rls/x", Level::Error) };
        assert!(meta.body().starts_with("# x\n"));
        assert_eq!(meta.introduction(), "It leaks.");
        assert_eq!(meta.section("Instead"), Some("Do not."));
        assert_eq!(meta.section("Like"), None);
    }

    #[test]
    fn a_page_is_found_in_the_repository_that_the_package_names() {
        let page = |repository| page_url((repository, "1.2.0"), "rls/x");
        let expected = Some("https://example.com/a/trave/blob/v1.2.0/rules/rls/x.md".to_owned());
        assert_eq!(page("https://example.com/a/trave"), expected);
        assert_eq!(page("https://example.com/a/trave.git"), expected);
        assert_eq!(page(""), None);
    }

    #[test]
    fn what_has_no_page_leads_nowhere() {
        let mut meta = Meta::new("trave/x", Level::Warning);
        assert_eq!(meta.url(), None);
        meta.cwe = &[862, 863];
        assert_eq!(meta.url(), Some(cwe_url(862)));
    }
}
