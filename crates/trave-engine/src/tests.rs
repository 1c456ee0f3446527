//! The engine with rules of its own: no page, no parser.

use std::collections::BTreeMap;

use trave_rule::model::{IgnoreComment, Model};
use trave_rule::source::{FileId, Origin, Span};
use trave_rule::{Context, Level, Meta, Rule};

use crate::{Ignore, Levels, Options, Scope, check};

/// Reports every `leak`, one finding per word behind it.
static LEAK: Rule =
    Rule { meta: Meta::new("rls/leak", Level::Error), check: |model, cx| words(model, cx, "leak") };

/// Reports every `slow`.
static SLOW: Rule = Rule {
    meta: Meta::new("index/slow", Level::Warning),
    check: |model, cx| words(model, cx, "slow"),
};

/// Reports once, then panics.
static FRAIL: Rule = Rule {
    meta: Meta::new("jwt/frail", Level::Warning),
    check: |_, cx| {
        let place = |start| Origin { file: FileId(0), span: Span::new(start, start + 1) };
        cx.report(place(0), "seen before the end");
        cx.enter(Some(place(3)));
        panic!("no such thing");
    },
};

fn words(model: &Model, cx: &mut Context<'_>, word: &str) {
    for (file, source) in model.sources.iter() {
        for (start, _) in source.text.match_indices(word) {
            let (before, rest) = source.text.split_at(start + word.len());
            if before.ends_with(&format!("/{word}")) {
                continue;
            }
            let origin = Span::new(start, start + word.len()).in_file(file);
            let object = rest.split_whitespace().next().unwrap_or_default();
            cx.report(origin, format!("{word} of {object}")).about(object).once_per(object);
        }
    }
}

/// A model of texts whose `-- trave-ignore` comments are known.
fn model(files: &[(&str, &str)]) -> Model {
    let mut model = Model::default();
    for (path, text) in files {
        let file = model.sources.add(*path, *text);
        for (start, _) in text.match_indices("-- trave-ignore") {
            let line = text.split_at(start).1.lines().next().unwrap();
            let origin = Span::new(start, start + line.len()).in_file(file);
            let text = line.trim_start_matches("-- ").into();
            model.comments.push(IgnoreComment { origin, text });
        }
    }
    model
}

/// Runs the rules and compares `file:line rule message` lines.
#[track_caller]
fn expect(files: &[(&str, &str)], options: &Options, expected: &[&str]) {
    let model = model(files);
    let report = check(&model, &[&FRAIL, &LEAK, &SLOW], options);
    let lines: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            let source = model.sources.get(finding.origin.file).unwrap();
            let line = source.position(finding.origin.span.start).line;
            let more = finding.labels.len();
            format!("{}:{line} {} {} +{more}", source.path, finding.rule, finding.message)
        })
        .collect();
    assert_eq!(lines, expected);
}

fn options(levels: &[(&str, Level)]) -> Options {
    let levels: BTreeMap<_, _> =
        levels.iter().map(|(rule, level)| ((*rule).to_owned(), *level)).collect();
    Options::with_levels(Levels { rules: levels, ..Levels::default() })
}

fn calm() -> Options {
    options(&[("jwt/frail", Level::Off)])
}

#[test]
fn findings_are_sorted_and_merged() {
    expect(
        &[("b.sql", "slow x\nleak x\n"), ("a.sql", "leak y\nslow x\nleak x\nleak y\n")],
        &calm(),
        &[
            "a.sql:1 rls/leak leak of y +1",
            "a.sql:2 index/slow slow of x +1",
            "a.sql:3 rls/leak leak of x +1",
        ],
    );
}

#[test]
fn a_rule_that_fails_keeps_what_it_found_and_stops_no_other() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload_as_str() != Some("no such thing") {
            usual(info);
        }
    }));
    expect(
        &[("a.sql", "x\n\n leak x\n")],
        &Options::default(),
        &[
            "a.sql:1 jwt/frail seen before the end +0",
            "a.sql:3 trave/rule-failed rule `jwt/frail` failed here, please report it +0",
            "a.sql:3 rls/leak leak of x +0",
        ],
    );
}

#[test]
fn a_comment_silences_its_own_line_and_the_next() {
    expect(
        &[(
            "a.sql",
            "leak a -- trave-ignore rls/leak: known\n\
             -- trave-ignore rls/leak: known\n\
             -- trave-ignore index/slow: known\n\
             leak b slow b\n\
             leak c\n",
        )],
        &calm(),
        &["a.sql:5 rls/leak leak of c +0"],
    );
}

#[test]
fn one_silenced_place_leaves_the_others() {
    expect(
        &[("a.sql", "-- trave-ignore rls/leak: known\nleak a\nleak a\nleak a\n")],
        &calm(),
        &["a.sql:3 rls/leak leak of a +1"],
    );
}

#[test]
fn a_file_comment_silences_its_file() {
    expect(
        &[("a.sql", "-- trave-ignore-file rls/leak, index/slow: a demo\nleak a\nslow b\nleak c\n")],
        &calm(),
        &[],
    );
}

#[test]
fn a_suppression_needs_a_reason_a_rule_and_a_purpose() {
    expect(
        &[(
            "a.sql",
            "-- trave-ignore rls/leak\nleak a\n\n\
             -- trave-ignore rls/leek: it is\nfine\n\n\
             -- trave-ignore index/slow: it is\nfine\n\n\
             -- trave-ignore: it is\nfine\n\n\
             -- trave-ignore jwt/frail: it is off\nfine\n",
        )],
        &calm(),
        &[
            "a.sql:1 trave/suppression-without-reason \
             `rls/leak` is not silenced here: the comment gives no reason +0",
            "a.sql:2 rls/leak leak of a +0",
            "a.sql:4 trave/unknown-rule there is no rule `rls/leek`, so nothing is silenced +0",
            "a.sql:7 trave/unused-suppression `index/slow` has nothing to report here +0",
            "a.sql:10 trave/unknown-rule this comment names no rule, so it silences nothing +0",
        ],
    );
}

#[test]
fn settings_change_levels_by_rule_and_family() {
    let options = options(&[
        ("jwt", Level::Off),
        ("rls", Level::Off),
        ("rls/leak", Level::Info),
        ("index", Level::Error),
    ]);
    let model = model(&[("a.sql", "leak a\nslow a\n")]);
    let report = check(&model, &[&FRAIL, &LEAK, &SLOW], &options);
    let levels: Vec<_> = report.findings.iter().map(|finding| finding.level).collect();
    assert_eq!(levels, [Level::Info, Level::Error]);
    assert_eq!((report.counts().errors, report.counts().infos), (1, 1));
    assert!(report.reaches(Level::Error));
}

#[test]
fn an_ignored_object_is_silent_and_an_idle_ignore_is_reported() {
    let ignore = |object: &str| Ignore {
        rule: "rls/leak".to_owned(),
        object: object.to_owned(),
        reason: "known".to_owned(),
        origin: Some(Span::new(0, 1).in_file(FileId(1))),
    };
    let options = Options { ignores: vec![ignore("a"), ignore("z")], ..calm() };
    expect(
        &[("a.sql", "leak a\nleak b\n"), ("trave.toml", "x\n")],
        &options,
        &[
            "a.sql:2 rls/leak leak of b +0",
            "trave.toml:1 trave/unused-suppression `rls/leak` has nothing to report about `z` +0",
        ],
    );
}

#[test]
fn a_family_is_ignored_about_an_object() {
    let ignore = Ignore {
        rule: "rls".to_owned(),
        object: "a".to_owned(),
        reason: "known".to_owned(),
        origin: Some(Span::new(0, 1).in_file(FileId(0))),
    };
    let options = Options { ignores: vec![ignore], ..calm() };
    expect(&[("a.sql", "leak a\n")], &options, &[]);
}

#[test]
fn the_nearest_settings_of_a_file_decide() {
    let off = [("rls", Level::Off), ("jwt", Level::Off)];
    let off = options(&off).scopes.remove(0).levels;
    let mut options = calm();
    options.scopes.push(Scope { folder: "apps/a".to_owned(), levels: off });
    let files = [("apps/a/x.sql", "leak a\n"), ("apps/ab/x.sql", "leak b\n")];
    expect(&files, &options, &["apps/ab/x.sql:1 rls/leak leak of b +0"]);
}

#[test]
fn a_rule_that_was_not_chosen_is_known_all_the_same() {
    let options = Options { only: vec!["index/slow".to_owned()], ..calm() };
    let text = "-- trave-ignore rls/leak: accepted\nleak a slow b\n";
    expect(&[("a.sql", text)], &options, &["a.sql:2 index/slow slow of b +0"]);
}

#[test]
fn an_idle_ignore_without_a_place_is_a_notice() {
    let ignore = Ignore {
        rule: "rls/leak".to_owned(),
        object: "z".to_owned(),
        reason: "known".to_owned(),
        origin: None,
    };
    let options = Options { ignores: vec![ignore], ..calm() };
    let report = check(&model(&[("a.sql", "fine")]), &[&LEAK], &options);
    let messages: Vec<_> = report.notices.iter().map(ToString::to_string).collect();
    assert_eq!(messages, ["`[[ignore]]` silences nothing: `rls/leak` has no finding about `z`"]);
}

#[test]
fn equal_fingerprints_are_told_apart() {
    static TWICE: Rule = Rule {
        meta: Meta::new("rls/twice", Level::Error),
        check: |_, cx| {
            for start in [4, 2] {
                let origin = Span::new(start, start + 1).in_file(FileId(0));
                cx.report(origin, "twice");
            }
        },
    };
    let report = check(&model(&[("a.sql", "abcdefg")]), &[&TWICE], &Options::default());
    assert_eq!(report.findings.len(), 2);
    assert_ne!(report.findings[0].fingerprint, report.findings[1].fingerprint);
}
