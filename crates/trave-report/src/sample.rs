//! A small run for tests of the formats.

use std::time::Duration;

use serde_json::Value;
use trave_engine::Report;
use trave_engine::rule::{Finding, Level, Meta};
use trave_model::Model;
use trave_source::{FileId, Span};

use crate::{Findings, Format, Look, Repository, Run, write};

/// Two files, and what a test says of them.
pub(crate) struct Sample {
    pub(crate) model: Model,
    pub(crate) sql: FileId,
    pub(crate) code: FileId,
    pub(crate) report: Report,
    pub(crate) prefix: String,
    pub(crate) labels_max: Option<usize>,
    pub(crate) web: Option<&'static str>,
    pub(crate) rules: Vec<Meta>,
    pub(crate) fails: Option<Level>,
}

impl Default for Sample {
    fn default() -> Self {
        let mut model = Model::default();
        let sql = model.sources.add("a.sql", "select 1;\n");
        let code = model.sources.add("b.ts", "query\n  ();\n");
        let (report, prefix) = (Report::default(), "app/".to_owned());
        let fails = Some(Level::Error);
        let (labels_max, web, rules) = (None, None, Vec::new());
        Self { model, sql, code, report, prefix, labels_max, web, rules, fails }
    }
}

impl Sample {
    /// The run in a format.
    pub(crate) fn written(&self, format: Format) -> String {
        let mut out = Vec::new();
        let labels_max = self.labels_max;
        let look = Look { prefix: &self.prefix, labels_max, ..Look::default() };
        let rules: Vec<&Meta> = self.rules.iter().collect();
        let run = Run {
            findings: Findings { report: &self.report, model: &self.model, look },
            rules: &rules,
            fails: self.fails,
            elapsed: Duration::ZERO,
            repository: Repository { prefix: &self.prefix, web: self.web },
        };
        write(&mut out, format, &run).unwrap();
        String::from_utf8(out).unwrap()
    }
}

/// A finding at the first word of the SQL.
pub(crate) fn finding((rule, level): (&'static str, &str), message: &str) -> Finding {
    let origin = Span::new(0, 6).in_file(FileId(0));
    Finding::new(rule, level.parse().unwrap(), (origin, message.to_owned()))
}

/// Holds a document against a schema of `tests/schemas`.
#[track_caller]
pub(crate) fn expect_schema(name: &str, document: &Value) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join(format!("../../tests/schemas/{name}.json"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut compiler = boon::Compiler::new();
    compiler.enable_format_assertions();
    compiler.add_resource("https://schema.test/it.json", schema).unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("https://schema.test/it.json", &mut schemas).unwrap();
    if let Err(error) = schemas.validate(document, index) {
        panic!("not as {name} wants it:\n{error:#}");
    }
}
