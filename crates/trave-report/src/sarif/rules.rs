//! What a SARIF log says of rules: the page of each rule that found something.

use std::collections::BTreeSet;

use trave_engine::rule::Meta;

use super::level;
use super::log::{Configuration, Help, Message, Rule, Tags};
use crate::format::Run;

/// The rules of all findings, by id.
pub(super) fn told<'a>(run: &Run<'a>) -> Vec<Rule<'a>> {
    let findings = run.findings.report.findings.iter();
    let ids: BTreeSet<&str> = findings.map(|finding| finding.rule).collect();
    ids.into_iter().filter_map(|id| run.meta(id)).map(rule).collect()
}

fn rule(meta: &Meta) -> Rule<'_> {
    let introduction = meta.introduction();
    let described = if introduction.is_empty() { meta.summary } else { introduction };
    Rule {
        id: meta.id,
        name: pascal_case(meta.name()),
        short_description: Message::new(meta.summary),
        full_description: Message::new(described),
        help_uri: meta.url(),
        help: (!meta.page.is_empty())
            .then(|| Help { text: help(meta), markdown: without_title(meta.body()) }),
        default_configuration: Configuration { level: level(meta.level) },
        properties: Tags { tags: tags(meta) },
    }
}

/// The page in short, for viewers that show plain text.
fn help(meta: &Meta) -> String {
    let parts = [Some(meta.introduction()), meta.section("Instead")];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// Whoever shows the page shows the name of the rule above it.
fn without_title(body: &str) -> &str {
    let rest = body.strip_prefix("# ").and_then(|rest| rest.split_once('\n'));
    rest.map_or(body, |(_, rest)| rest.trim_start())
}

/// The family, and what security dashboards group by.
fn tags(meta: &Meta) -> Vec<String> {
    let is_security = !meta.cwe.is_empty() || !meta.owasp.is_empty();
    let family = std::iter::once(meta.family().to_owned());
    let security = is_security.then(|| "security".to_owned());
    let cwe = meta.cwe.iter().map(|number| format!("external/cwe/cwe-{number:03}"));
    let owasp = meta.owasp.iter().map(|entry| format!("external/owasp/{}", entry.to_lowercase()));
    family.chain(security).chain(cwe).chain(owasp).collect()
}

/// `table-without-rls` as SARIF names rules: `TableWithoutRls`.
fn pascal_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut signs = word.chars();
        let first = signs.next().into_iter().flat_map(char::to_uppercase);
        first.chain(signs).collect::<String>()
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use trave_engine::rule::{Level, Meta};

    use super::{pascal_case, rule};

    #[test]
    fn a_rule_carries_its_page_and_its_tags() {
        let page =
            "---\nlevel: error\n---\n\n# x\n\nIt leaks.\n\n## Bad\n\n## Instead\n\nDo not.\n";
        let meta = Meta::new("rls/it-leaks", Level::Info);
        let meta = Meta { page, summary: "Leaks.", cwe: &[89], owasp: &["API1:2023"], ..meta };
        let rule = rule(&meta);
        assert_eq!(rule.name, "ItLeaks");
        assert_eq!(rule.default_configuration.level, "note");
        let tags = ["rls", "security", "external/cwe/cwe-089", "external/owasp/api1:2023"];
        assert_eq!(rule.properties.tags, tags);
        let help = rule.help.unwrap();
        assert_eq!(help.text, "It leaks.\n\nDo not.");
        assert!(help.markdown.starts_with("It leaks.\n\n## Bad"), "{}", help.markdown);
    }

    #[test]
    fn names_are_in_pascal_case() {
        assert_eq!(pascal_case("table-without-rls"), "TableWithoutRls");
        assert_eq!(pascal_case("select--1"), "Select1");
    }
}
