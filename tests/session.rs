//! Random edits over the fixtures: after each of them, a session that stayed in memory says what a
//! fresh check of the same texts says.
//!
//! `TRAVE_EDITS` says how many edits, `TRAVE_SEED` with which seed to begin.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on fails, and works on folders of its own"
)]

#[path = "session/edits.rs"]
mod edits;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use edits::{Change, Random, Workplace};
use trave_engine::check;
use trave_rules::RULES;
use trave_workspace::{Options, Project, Session, WorkspaceError, load};

/// How many edits, where nobody says.
const EDITS: u64 = 300;

/// How many edits are made of one copy of a fixture.
const EDITS_OF_ONE: u64 = 20;

#[test]
fn a_session_says_what_a_fresh_check_says() {
    let edits = number("TRAVE_EDITS").unwrap_or(EDITS);
    let first = number("TRAVE_SEED").unwrap_or(0);
    let fixtures = fixtures();
    let mut compared = 0;
    for seed in first..first + edits.div_ceil(EDITS_OF_ONE) {
        let at = usize::try_from(seed).unwrap() % fixtures.len();
        compared += follow(seed, &fixtures[at]);
    }
    assert!(compared >= edits, "{compared} edits were compared");
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The projects that are edited.
fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().join("fixtures");
    let stacks = fs::read_dir(folder.join("stacks")).unwrap();
    let stacks = stacks.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut all: Vec<PathBuf> = stacks.collect();
    all.sort();
    all.push(folder.join("spejs"));
    all.push(folder.join("spejs-sound"));
    all
}

/// Edits a copy of a fixture, and compares after each edit; how many that were.
fn follow(seed: u64, fixture: &Path) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(seed);
    let mut workplace = Workplace::copy(fixture, folder.path());
    let mut session = Session::new(folder.path(), options());
    let mut said = Vec::new();
    compare(&mut session, folder.path(), (seed, &said));
    for _ in 0..EDITS_OF_ONE {
        let change = workplace.change(&mut random);
        apply(&mut session, folder.path(), &change, &mut random);
        said.push(change.to_string());
        compare(&mut session, folder.path(), (seed, &said));
    }
    EDITS_OF_ONE
}

fn options() -> Options<'static> {
    Options { rules: RULES.iter().map(|rule| rule.meta.id).collect(), ..Options::default() }
}

/// Tells the session of a change as an editor would, or as what watches the disk would. The disk
/// always has it, for whoever reads afresh.
fn apply(session: &mut Session, folder: &Path, change: &Change, random: &mut Random) {
    let path = folder.join(&change.path);
    match &change.text {
        Some(text) => {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
        }
        None => fs::remove_file(&path).unwrap(),
    }
    if change.text.is_some() && random.below(2) == 0 {
        session.edit(&change.path, change.text.clone());
    } else {
        session.edit(&change.path, None);
        session.changed_on_disk([change.path.as_str()]);
    }
}

#[track_caller]
fn compare(session: &mut Session, folder: &Path, (seed, said): (u64, &[String])) {
    let kept = session.check(RULES);
    let kept = kept.as_ref().map(|kept| (&*kept.project, &*kept.report));
    let project = load(folder, &options());
    let fresh = project
        .as_ref()
        .map(|project| (project, check(&project.model, RULES, &project.settings.rule_options())));
    let fresh = match &fresh {
        Ok((project, report)) => Ok((*project, report)),
        Err(error) => Err(*error),
    };
    let (kept, fresh) = (described(kept), described(fresh));
    for (kept, fresh) in kept.iter().zip(&fresh) {
        assert!(
            kept == fresh,
            "seed {seed}, after\n  {}\n{}\nrerun: TRAVE_SEED={seed} TRAVE_EDITS=1 cargo test \
             -p trave --test session",
            said.join("\n  "),
            difference(kept, fresh)
        );
    }
    assert_eq!(kept.len(), fresh.len());
}

type Outcome<'a, E> = Result<(&'a Project, &'a trave_engine::Report), E>;

/// Everything that a check gives, in parts that can be compared.
fn described(outcome: Outcome<'_, &WorkspaceError>) -> Vec<String> {
    let (project, report) = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return vec![format!("{error:?}")],
    };
    let model = &project.model;
    let mut files = String::new();
    for (id, source) in model.sources.iter() {
        let _ = writeln!(files, "{id:?} {} {}", source.path, source.text.len());
    }
    vec![
        format!("files {files}"),
        format!("{:#?}", report.findings),
        format!("silenced {} {:?}", report.silenced, report.notices),
        format!("{:#?}", model.routes),
        format!("{:#?}", model.queries),
        format!("{:#?} {:#?}", model.tokens, model.claims),
        format!("{:#?} {:#?}", model.caches, model.env_reads),
        format!("{:?} {:?} {:?}", model.secrets, model.comments, model.user_deletions),
        format!("{:?} {:?}", model.generated, model.types_files),
        format!("{:?} {:?}", model.catalog_of_file, model.queries_by_table),
        format!("{:?} {:#?}", model.coverage, model.notices),
        format!("{:?}", model.catalogs.iter().map(|it| it.tables.values()).collect::<Vec<_>>()),
        format!("{:#?}", project.migrations),
    ]
}

/// The lines around the first one that differs.
fn difference(kept: &str, fresh: &str) -> String {
    let same = kept.lines().zip(fresh.lines()).take_while(|(kept, fresh)| kept == fresh).count();
    let around = |text: &str| {
        let lines = text.lines().skip(same.saturating_sub(12)).take(24);
        lines.map(|line| line.chars().take(300).collect::<String>()).collect::<Vec<_>>()
    };
    let (kept, fresh) = (around(kept).join("\n  "), around(fresh).join("\n  "));
    format!("the session says\n  {kept}\na fresh check says\n  {fresh}")
}
