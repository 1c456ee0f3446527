//! SARIF 2.1.0, as code scanning services and viewers read it.
//!
//! The structs are our own: crates that make them from the schema bring a generator and builders
//! for ninety types of which we need twenty. A test holds a log against the published schema.

mod log;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use trave_engine::rule::{Edit, Finding, FixChange, Level};
use trave_source::{Notice, Origin};

use self::log::{
    ArtifactChange, ArtifactLocation, ContextRegion, Driver, Fix, Invocation, Location, Log,
    LogicalLocation, Message, Notification, PhysicalLocation, Region, Replacement, SarifResult,
    Text, Tool, bases,
};
use crate::excerpt::context;
use crate::format::Run;
use crate::place::range;
use crate::text::below;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The key of our fingerprints; the number counts ways to compute them. It is not the key that
/// GitHub computes itself: it warns of every other value under that one.
const FINGERPRINT: &str = "traveFingerprint/v1";

/// How many further places of a finding are told. GitHub refuses logs with too many.
const PLACES_MAX: usize = 100;

/// How many of them the message links to. GitHub shows only those.
const LINKS_MAX: usize = 10;

/// Writes one run.
pub(crate) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run_of(run)] };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn run_of<'a>(run: &Run<'a>) -> log::Run<'a> {
    let rules = rules::told(run);
    let results = run.findings.report.findings.iter();
    let version = env!("CARGO_PKG_VERSION");
    let results = results.map(|finding| result(finding, &rules, run)).collect();
    let repository = env!("CARGO_PKG_REPOSITORY");
    let driver = Driver {
        name: "trave",
        version,
        semantic_version: version,
        information_uri: (!repository.is_empty()).then_some(repository),
        rules,
    };
    let invocation = Invocation {
        execution_successful: true,
        tool_execution_notifications: notifications(&run.findings.model.notices, "note", run),
        tool_configuration_notifications: notifications(
            &run.findings.report.notices,
            "warning",
            run,
        ),
    };
    log::Run {
        tool: Tool { driver },
        invocations: [invocation],
        original_uri_base_ids: bases(),
        column_kind: "unicodeCodePoints",
        results,
    }
}

fn result<'a>(finding: &'a Finding, rules: &[log::Rule<'a>], run: &Run<'_>) -> SarifResult<'a> {
    let names = finding.objects.iter().chain(&finding.symbol).cloned();
    let mut place = location(finding.origin, run);
    place.logical_locations =
        names.map(|fully_qualified_name| LogicalLocation { fully_qualified_name }).collect();
    place.physical_location.context_region =
        context(&run.findings.model.sources, finding.origin).map(|(start_line, end_line, text)| {
            ContextRegion { start_line, end_line, snippet: Message::new(text) }
        });
    place.message = finding.label.clone().map(Message::new);
    let labels = finding.labels.iter().take(PLACES_MAX);
    let related = (1..).zip(labels).map(|(id, label)| Location {
        id: Some(id),
        message: Some(Message::new(&label.text)),
        ..location(label.origin, run)
    });
    SarifResult {
        rule_id: finding.rule,
        rule_index: rules.iter().position(|rule| rule.id == finding.rule),
        level: level(finding.level),
        message: Message::new(message(finding)),
        locations: [place],
        related_locations: related.collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, finding.fingerprint.to_string())]),
        fixes: finding.fixes.iter().filter_map(|fix| fix_of(fix, run)).collect(),
    }
}

/// The message, what stands below it, and links to the further places.
fn message(finding: &Finding) -> String {
    let mut paragraphs = vec![finding.message.clone(), below(finding)];
    let links = (1..).zip(finding.labels.iter().take(LINKS_MAX));
    let links = links.map(|(id, label)| format!("[{}]({id})", bracketed(&label.text)));
    let hidden = finding.labels.len().saturating_sub(LINKS_MAX);
    let rest = (hidden > 0).then(|| format!("and {hidden} more places"));
    paragraphs.push(links.chain(rest).collect::<Vec<_>>().join("\n"));
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n")
}

/// The text of a link.
fn bracketed(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
        Level::Off => "none",
    }
}

fn location(origin: Origin, run: &Run<'_>) -> Location {
    let physical_location = PhysicalLocation {
        artifact_location: ArtifactLocation::new(&run.path(origin.file)),
        region: region(origin, run),
        context_region: None,
    };
    Location { id: None, physical_location, logical_locations: Vec::new(), message: None }
}

fn region(origin: Origin, run: &Run<'_>) -> Region {
    let (_, start, end) = range(&run.findings.model.sources, origin);
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

/// Edits in place. A new migration has no name until somebody makes it: its text is in the help.
fn fix_of(fix: &trave_engine::rule::Fix, run: &Run<'_>) -> Option<Fix> {
    let FixChange::Edits(edits) = &fix.change else { return None };
    let mut files: BTreeMap<ArtifactLocation, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        let file = ArtifactLocation::new(&run.path(edit.origin.file));
        files.entry(file).or_default().push(edit);
    }
    let replacement = |edit: &Edit| Replacement {
        deleted_region: region(edit.origin, run),
        inserted_content: Message::new(&edit.text),
    };
    let changes = files.into_iter().map(|(artifact_location, edits)| ArtifactChange {
        artifact_location,
        replacements: edits.into_iter().map(replacement).collect(),
    });
    Some(Fix { description: Message::new(&fix.title), artifact_changes: changes.collect() })
}

/// What was not read or not understood, the same ones once.
fn notifications<'a>(
    notices: &'a [Notice],
    level: &'static str,
    run: &Run<'_>,
) -> Vec<Notification<'a>> {
    let mut seen = BTreeSet::new();
    let new = notices.iter().filter(|notice| seen.insert(*notice));
    let told = new.map(|notice| Notification {
        level,
        message: Text { text: &notice.message },
        locations: notice.origin.map(|origin| location(origin, run)).into_iter().collect(),
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use trave_engine::rule::{Edit, Fix, Label, Safety};
    use trave_source::Span;

    use crate::Format;
    use crate::sample::{Sample, finding};

    fn log(sample: &Sample) -> Value {
        let log: Value = serde_json::from_str(&sample.written(Format::Sarif)).unwrap();
        crate::sample::expect_schema("sarif-2.1.0", &log);
        log
    }

    #[test]
    fn a_finding_has_its_places_and_its_name() {
        let mut sample = Sample::default();
        let mut one = finding(("a/x", "warning"), "it leaks");
        one.objects.push("public.notes".to_owned());
        one.symbol = Some("GET /notes".to_owned());
        one.label = Some("here".to_owned());
        one.help = Some("do this".to_owned());
        let origin = Span::new(0, 8).in_file(sample.code);
        one.labels.push(Label { origin, text: "GET /[id] uses it".to_owned() });
        sample.report.findings.push(one);
        let log = log(&sample);
        let result = &log["runs"][0]["results"][0];
        assert_eq!(result["ruleId"], "a/x");
        assert_eq!(result["level"], "warning");
        let text = "it leaks\n\nhere\nhelp: do this\n\n[GET /\\[id\\] uses it](1)";
        assert_eq!(result["message"]["text"], text);
        let place = &result["locations"][0];
        let file = json!({ "uri": "app/a.sql", "uriBaseId": "%SRCROOT%" });
        assert_eq!(place["physicalLocation"]["artifactLocation"], file);
        assert_eq!(place["logicalLocations"][1]["fullyQualifiedName"], "GET /notes");
        let related = &result["relatedLocations"][0];
        assert_eq!(related["id"], 1);
        let region = json!({ "startLine": 1, "startColumn": 1, "endLine": 2, "endColumn": 3 });
        assert_eq!(related["physicalLocation"]["region"], region);
        let fingerprint = sample.report.findings[0].fingerprint.to_string();
        assert_eq!(result["partialFingerprints"]["traveFingerprint/v1"], fingerprint);
    }

    #[test]
    fn edits_are_fixes_and_new_migrations_are_not() {
        let mut sample = Sample::default();
        let mut one = finding(("a/x", "error"), "it leaks");
        let edit =
            |at| Edit { origin: Span::new(at, at).in_file(sample.sql), text: "!".to_owned() };
        let (first, second) = (edit(0), edit(7));
        let mut fix = Fix::replace("add signs", Safety::Safe, first);
        if let trave_engine::rule::FixChange::Edits(edits) = &mut fix.change {
            edits.push(second);
        }
        one.fixes = vec![fix, Fix::migration("add an index", "index_a", "create index …;")];
        sample.report.findings.push(one);
        let log = log(&sample);
        let fixes = log["runs"][0]["results"][0]["fixes"].as_array().unwrap();
        assert_eq!(fixes.len(), 1);
        assert_eq!(fixes[0]["description"]["text"], "add signs");
        let replacements = fixes[0]["artifactChanges"][0]["replacements"].as_array().unwrap();
        assert_eq!(replacements.len(), 2);
        assert_eq!(replacements[1]["deletedRegion"]["startColumn"], 8);
        assert_eq!(replacements[1]["insertedContent"]["text"], "!");
    }

    #[test]
    fn notices_are_notifications() {
        let mut sample = Sample::default();
        let origin = Span::new(0, 6).in_file(sample.sql);
        let notice = trave_source::Notice::at(origin, "`select` is odd");
        sample.model.notices = vec![notice.clone(), notice];
        let settings = trave_source::Notice { origin: None, message: "no such rule".to_owned() };
        sample.report.notices.push(settings);
        let log = log(&sample);
        let invocation = &log["runs"][0]["invocations"][0];
        let told = invocation["toolExecutionNotifications"].as_array().unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["message"]["text"], "`select` is odd");
        let told = invocation["toolConfigurationNotifications"].as_array().unwrap();
        assert_eq!(told[0]["message"]["text"], "no such rule");
    }
}
