//! Known findings: what a report holds that a baseline has already, and what of it is gone.
//!
//! A finding is known by its fingerprint, which lines do not change. What fingerprints are made of
//! may change with a file's name, so that two further looks compare what else there is: the same
//! message in the same file, and the same objects and message where the old file is gone.

use std::collections::{BTreeMap, VecDeque};

use trave_rule::Finding;
use trave_rule::source::Sources;

use crate::report::Report;

/// A finding as a baseline has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// The rule.
    pub rule: String,
    /// The file with the place of the remedy, in the analysed folder.
    pub file: String,
    /// The first line of the finding.
    pub message: String,
    /// What it is about.
    pub objects: Vec<String>,
    /// The function or route that it is in.
    pub symbol: Option<String>,
    /// Its name across edits.
    pub fingerprint: String,
}

/// Findings that are known and not reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The findings, in order.
    pub findings: Vec<Known>,
}

/// What a report and a baseline have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// What occurs still, as it is now.
    pub known: Vec<Known>,
    /// What occurs no longer, as the baseline has it.
    pub gone: Vec<Known>,
}

impl Baseline {
    /// The baseline that knows everything in a report.
    pub fn of(report: &Report, sources: &Sources) -> Self {
        let mut findings: Vec<Known> =
            report.findings.iter().map(|finding| Known::of(finding, sources)).collect();
        findings.sort();
        Self { findings }
    }

    /// Takes the known findings out of a report and counts them there.
    pub fn apply(&self, report: &mut Report, sources: &Sources) -> Compared {
        let found: Vec<Known> =
            report.findings.iter().map(|finding| Known::of(finding, sources)).collect();
        let mut matching = Matching::new(&self.findings, &found);
        let exactly = |known: &Known| vec![known.rule.clone(), known.fingerprint.clone()];
        matching.pair(|old| Some(exactly(old)), exactly);
        matching.pair(|old| Some(old.here()), Known::here);
        let has_moved = |old: &Known| sources.find(&old.file).is_none();
        matching.pair(|old| has_moved(old).then(|| old.anywhere()), Known::anywhere);
        let Matching { new, old, .. } = matching;
        let mut index = 0;
        report.findings.retain(|_| {
            index += 1;
            new.get(index - 1).copied().unwrap_or(true)
        });
        let known: Vec<Known> =
            found.into_iter().zip(&new).filter(|(_, new)| !**new).map(|(known, _)| known).collect();
        report.known += known.len();
        let gone = self.findings.iter().zip(&old).filter(|(_, old)| **old);
        Compared { known, gone: gone.map(|(known, _)| known.clone()).collect() }
    }
}

impl Known {
    fn of(finding: &Finding, sources: &Sources) -> Self {
        Self {
            rule: finding.rule.to_owned(),
            file: sources.path(finding.origin.file).to_owned(),
            message: finding.message.clone(),
            objects: finding.objects.clone(),
            symbol: finding.symbol.clone(),
            fingerprint: finding.fingerprint.to_string(),
        }
    }

    /// What is the same in another version of trave, and after edits that change a count.
    fn here(&self) -> Vec<String> {
        let symbol = self.symbol.clone().unwrap_or_default();
        vec![self.rule.clone(), self.file.clone(), symbol, without_counts(&self.message)]
    }

    /// What is the same in another file; a route may be named after its file.
    fn anywhere(&self) -> Vec<String> {
        let message = match &self.symbol {
            Some(symbol) if !symbol.is_empty() => self.message.replace(symbol, "{}"),
            _ => self.message.clone(),
        };
        let parts = [self.rule.clone(), without_counts(&message)];
        parts.into_iter().chain(self.objects.iter().cloned()).collect()
    }
}

/// A message without numbers that stand alone: digits in names stay.
fn without_counts(message: &str) -> String {
    let is_count = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let words = message.split(' ').map(|word| if is_count(word) { "#" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// Pairs entries of a baseline with findings, each once.
struct Matching<'a> {
    baseline: &'a [Known],
    found: &'a [Known],
    /// Which entries have no finding yet.
    old: Vec<bool>,
    /// Which findings have no entry yet.
    new: Vec<bool>,
}

impl<'a> Matching<'a> {
    fn new(baseline: &'a [Known], found: &'a [Known]) -> Self {
        Self { baseline, found, old: vec![true; baseline.len()], new: vec![true; found.len()] }
    }

    /// Pairs what has the same key, in order; an entry without a key waits for another look.
    fn pair(
        &mut self,
        old_key: impl Fn(&Known) -> Option<Vec<String>>,
        new_key: impl Fn(&Known) -> Vec<String>,
    ) {
        let mut waiting: BTreeMap<Vec<String>, VecDeque<usize>> = BTreeMap::new();
        let open = self.baseline.iter().enumerate().zip(&self.old).filter(|(_, open)| **open);
        for ((at, known), _) in open {
            if let Some(key) = old_key(known) {
                waiting.entry(key).or_default().push_back(at);
            }
        }
        for (finding, new) in self.found.iter().zip(&mut self.new).filter(|(_, new)| **new) {
            let entries = waiting.get_mut(&new_key(finding));
            if let Some(at) = entries.and_then(VecDeque::pop_front) {
                *new = false;
                self.old.get_mut(at).into_iter().for_each(|old| *old = false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use trave_rule::source::{Origin, Sources, Span};
    use trave_rule::{Finding, Level};

    use super::{Baseline, Compared};
    use crate::merge::{number_repeated, sort};
    use crate::report::Report;

    /// A problem as a test knows it: where it is, and what it is about.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
    struct Problem {
        file: usize,
        line: usize,
        table: usize,
        symbol: Option<usize>,
    }

    /// A project of some files, each of which may have been renamed, and its problems.
    fn report(problems: &[Problem], names: &[String]) -> (Report, Sources) {
        let mut sources = Sources::default();
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by_key(|file| &names[*file]);
        let text = "x\n".repeat(200);
        let ids: Vec<_> = order
            .iter()
            .map(|file| (*file, sources.add(names[*file].as_str(), text.as_str())))
            .collect();
        let id = |file: usize| ids.iter().find(|(known, _)| *known == file).unwrap().1;
        let findings = problems.iter().map(|problem| {
            let span = Span::new(problem.line * 2, problem.line * 2 + 1);
            let origin: Origin = span.in_file(id(problem.file));
            let symbol = problem.symbol.map(|symbol| {
                format!("GET /{}/{symbol}", names[problem.file].trim_end_matches(".ts"))
            });
            let who = symbol.clone().unwrap_or_else(|| "a page".to_owned());
            let message = format!("{who} reads `t{}` 3 times", problem.table);
            let mut finding = Finding::new("rls/leak", Level::Error, (origin, message));
            finding.objects.push(format!("public.t{}", problem.table));
            finding.symbol = symbol;
            finding.seal(&sources);
            finding
        });
        let mut findings: Vec<Finding> = findings.collect();
        sort(&mut findings, &sources);
        number_repeated(&mut findings);
        (Report { findings, ..Report::default() }, sources)
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|file| format!("f{file}.ts")).collect()
    }

    /// What is left of `now` when everything of `before` is known.
    fn compare(
        (before, old_names): (&[Problem], &[String]),
        (now, new_names): (&[Problem], &[String]),
    ) -> (usize, Compared) {
        let (report_before, sources) = report(before, old_names);
        let baseline = Baseline::of(&report_before, &sources);
        let (mut report, sources) = report(now, new_names);
        let compared = baseline.apply(&mut report, &sources);
        assert_eq!(report.known, compared.known.len());
        (report.findings.len(), compared)
    }

    fn problem(file: usize, line: usize, table: usize) -> Problem {
        Problem { file, line, table, symbol: None }
    }

    #[test]
    fn moved_lines_and_renamed_files_are_known() {
        let before = [problem(0, 1, 0), Problem { symbol: Some(1), ..problem(0, 5, 1) }];
        let moved = [problem(0, 41, 0), Problem { symbol: Some(1), ..problem(0, 45, 1) }];
        let renamed = vec!["other.ts".to_owned()];
        for new_names in [&names(1), &renamed] {
            let (new, compared) = compare((&before, &names(1)), (&moved, new_names));
            assert_eq!((new, compared.known.len(), compared.gone.len()), (0, 2, 0));
        }
    }

    #[test]
    fn another_table_or_file_is_new() {
        let before = [problem(0, 1, 0)];
        for now in [problem(0, 1, 1), problem(1, 1, 0)] {
            let still = problem(0, 9, 7);
            let now = [now, still.clone()];
            let before = [before[0].clone(), still];
            let (new, compared) = compare((&before, &names(2)), (&now, &names(2)));
            assert_eq!((new, compared.known.len(), compared.gone.len()), (1, 1, 1));
        }
    }

    #[test]
    fn of_two_alike_one_may_be_mended() {
        let two = [problem(0, 1, 0), problem(0, 5, 0)];
        for one in &two {
            let one = std::slice::from_ref(one);
            let (new, compared) = compare((&two, &names(1)), (one, &names(1)));
            assert_eq!((new, compared.known.len(), compared.gone.len()), (0, 1, 1));
            let (new, compared) = compare((one, &names(1)), (&two, &names(1)));
            assert_eq!((new, compared.known.len(), compared.gone.len()), (1, 1, 0));
        }
    }

    /// Random projects, edited at random: lines move, files are renamed, problems come and go.
    #[test]
    fn what_was_there_is_known_and_nothing_else() {
        let mut random = Random(0x2545_f491_4f6c_dd1d);
        for _ in 0..400 {
            let files = 1 + random.below(4);
            let before = random.problems(files);
            let old_names = names(files);
            let renamed: Vec<bool> = (0..files).map(|_| random.below(3) == 0).collect();
            let new_names: Vec<String> = (0..files)
                .map(|file| format!("{}{file}.ts", if renamed[file] { "moved/g" } else { "f" }))
                .collect();
            let (kept, mended): (Vec<Problem>, Vec<Problem>) =
                before.iter().cloned().partition(|_| random.below(4) > 0);
            let mut now: Vec<Problem> = kept.clone();
            for problem in &mut now {
                problem.line += 50 + problem.line % 7;
            }
            // What is new is about tables that nothing was about before.
            let fresh = random.below(3);
            now.extend((0..fresh).map(|at| problem(random.below(files), at, 50 + at)));
            let (new, compared) = compare((&before, &old_names), (&now, &new_names));
            let seen = (new, compared.known.len(), compared.gone.len());
            assert_eq!(seen, (fresh, kept.len(), mended.len()), "{before:?}\n{now:?}\n{renamed:?}");
        }
    }

    /// Numbers that are the same in every run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % end as u64).unwrap()
        }

        fn problems(&mut self, files: usize) -> Vec<Problem> {
            let count = self.below(8);
            let problems = (0..count).map(|at| Problem {
                file: self.below(files),
                line: at * 5,
                table: self.below(3),
                symbol: (self.below(2) == 0).then(|| self.below(2)),
            });
            problems.collect()
        }
    }
}
