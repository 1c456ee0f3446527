//! What a rule reports: plain owned data. Other crates turn it into texts and JSON.

use trave_model::source::{Origin, Sources};

use crate::fix::Fix;
use crate::rule::Level;

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The id of the rule: `rls/table-without-rls`.
    pub rule: &'static str,
    /// How serious it is here.
    pub level: Level,
    /// What will happen, to what: one line that makes sense alone.
    pub message: String,
    /// Where the remedy goes.
    pub origin: Origin,
    /// What stands at `origin`, if that needs saying.
    pub label: Option<String>,
    /// Further places: the other side, and the same problem elsewhere.
    pub labels: Vec<Label>,
    /// How it was derived, and on which premise.
    pub notes: Vec<String>,
    /// What to do, with the concrete code or SQL.
    pub help: Option<String>,
    /// Changes that would remove it, the best first.
    pub fixes: Vec<Fix>,
    /// The objects it is about: `public.messages`, `public.messages.body`.
    pub objects: Vec<String>,
    /// The function or route it is in: `GET /api/messages`.
    pub symbol: Option<String>,
    /// Findings of one rule with the same key are one problem at several places.
    pub key: Option<Key>,
    /// The indexes that would remove it: findings that ask for indexes of which one begins like
    /// the other are one problem.
    pub indexes: Vec<WantedIndex>,
    /// Names the problem across edits; filled in when the rule is done.
    pub fingerprint: Fingerprint,
}

/// What makes several reports of a rule one finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// They are about something of this name, which is a part of the finding's own name.
    Name(String),
    /// They are about the same place. Places move, so that the finding is not named after it.
    Place(Origin),
}

/// A further place of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub origin: Origin,
    /// What it has to do with the finding.
    pub text: String,
}

/// An index that a finding asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedIndex {
    /// Its table.
    pub table: String,
    /// Its keys in order: columns, each with a direction perhaps.
    pub keys: Vec<String>,
    /// What else it is made of: an operator class, a condition. Only those of one kind compare.
    pub kind: String,
    /// The statement that makes it, as the finding offers it.
    pub statement: String,
    /// What it does for the finding.
    pub remedy: Remedy,
}

/// What a wanted index does for the finding that asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// With the others that the finding asks for, it removes it.
    Whole,
    /// Something else has to be done as well, which the help says.
    Part,
}

impl WantedIndex {
    /// Whether another one finds all that this one finds: it has the same keys, and maybe more
    /// behind them. A single column is read either way.
    pub fn is_begun_by(&self, other: &Self) -> bool {
        if self.table != other.table || self.kind != other.kind {
            return false;
        }
        match self.keys.as_slice() {
            [only] => other.keys.first().is_some_and(|first| column(first) == column(only)),
            several => other.keys.starts_with(several),
        }
    }

    /// The migration that makes it.
    pub fn fix(&self) -> Fix {
        let title = format!("index on {} ({})", self.table, self.keys.join(", "));
        // What stands behind the statement is said to who copies it.
        let sql = self.statement.split(";  --").next().unwrap_or_default();
        let sql = format!("{};", sql.trim_end_matches(';'));
        Fix::migration(title, self.migration_name(), sql).safe()
    }

    /// `create index concurrently notes_owner_id_idx on …`: the name that follows `index`.
    fn migration_name(&self) -> String {
        let mut words = self.statement.split_whitespace();
        let is_name = |word: &&str| {
            !["concurrently", "if", "not", "exists"].contains(&word.to_lowercase().as_str())
        };
        words.by_ref().find(|word| word.eq_ignore_ascii_case("index"));
        let name = words.find(is_name).filter(|name| !name.eq_ignore_ascii_case("on"));
        part_of_name(&format!("add {}", name.unwrap_or("index")))
    }
}

/// A text as part of the name of a file: `add_notes_owner_id_idx`.
pub fn part_of_name(text: &str) -> String {
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_").to_lowercase()
}

/// The column of a key, without its direction.
fn column(key: &str) -> &str {
    key.strip_suffix(" desc").unwrap_or(key)
}

impl Finding {
    /// A finding with nothing but its first line.
    pub fn new(rule: &'static str, level: Level, (origin, message): (Origin, String)) -> Self {
        Self {
            rule,
            level,
            message,
            origin,
            label: None,
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
            objects: Vec::new(),
            symbol: None,
            key: None,
            indexes: Vec::new(),
            fingerprint: Fingerprint::default(),
        }
    }

    /// Computes the fingerprint from names, never from places: a baseline survives edits.
    pub fn seal(&mut self, sources: &Sources) {
        let mut fingerprint = Fingerprint::of(self.rule);
        for object in &self.objects {
            fingerprint = fingerprint.with(object);
        }
        self.fingerprint = match (&self.key, &self.symbol) {
            (Some(Key::Name(name)), _) => fingerprint.with(name),
            (_, Some(symbol)) => fingerprint.with(symbol),
            (_, None) => fingerprint.with(sources.path(self.origin.file)),
        };
        if self.objects.is_empty() && !matches!(self.key, Some(Key::Name(_))) {
            self.fingerprint = self.fingerprint.with(&self.message);
        }
    }

    /// The changes that would remove it, the best first: those that its rule offers, and else the
    /// indexes that it asks for, which are made one by one.
    pub fn remedies(&self) -> Vec<Vec<Fix>> {
        if !self.fixes.is_empty() {
            return self.fixes.iter().map(|fix| vec![fix.clone()]).collect();
        }
        let is_whole = self.indexes.iter().all(|index| index.remedy == Remedy::Whole);
        if self.indexes.is_empty() || !is_whole {
            return Vec::new();
        }
        vec![self.indexes.iter().map(WantedIndex::fix).collect()]
    }

    /// Takes over the places of a finding that is the same problem elsewhere.
    pub fn absorb(&mut self, other: Self) {
        let text = other.label.clone().unwrap_or_else(|| "here too".to_owned());
        self.absorb_as(other, text);
    }

    /// Takes over the places of another finding, whose own place gets this label.
    pub fn absorb_as(&mut self, other: Self, text: String) {
        let first = Label { origin: other.origin, text };
        for label in std::iter::once(first).chain(other.labels) {
            let known = self.origin == label.origin
                || self.labels.iter().any(|known| known.origin == label.origin);
            if !known {
                self.labels.push(label);
            }
        }
        for note in other.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }
}

/// A name for a problem that does not change when lines move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fingerprint(pub u64);

impl Fingerprint {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;

    /// Begins with a first part.
    pub fn of(part: &str) -> Self {
        Self(Self::OFFSET).with(part)
    }

    /// Adds a part. FNV-1a: it has to be the same in every version and on every machine.
    #[must_use]
    pub fn with(self, part: &str) -> Self {
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(Self::PRIME);
        Self(part.bytes().chain([0]).fold(self.0, step))
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use trave_model::source::{FileId, Origin, Sources, Span};

    use super::{Finding, Fingerprint, Key, Remedy, WantedIndex};
    use crate::fix::FixChange;
    use crate::rule::Level;

    fn finding(start: usize) -> Finding {
        let origin = Origin { file: FileId(0), span: Span::new(start, start + 1) };
        Finding::new("rls/x", Level::Error, (origin, "it leaks".to_owned()))
    }

    fn wanted(statement: &str, remedy: Remedy) -> WantedIndex {
        WantedIndex {
            table: "public.a".to_owned(),
            keys: vec!["b".to_owned()],
            kind: String::new(),
            statement: statement.to_owned(),
            remedy,
        }
    }

    #[test]
    fn an_index_is_a_migration_that_it_names() {
        let statement = "create index concurrently a_b_idx on public.a (b);  -- in a migration";
        let mut finding = finding(3);
        finding.indexes = vec![wanted(statement, Remedy::Whole)];
        let fix = finding.remedies().remove(0).remove(0);
        let FixChange::Migration { name, sql } = fix.change else { panic!("{fix:?}") };
        assert_eq!(name, "add_a_b_idx");
        assert_eq!(sql, "create index concurrently a_b_idx on public.a (b);");
        assert_eq!(wanted("create index on a (b);", Remedy::Whole).migration_name(), "add_index");
        finding.indexes.push(wanted(statement, Remedy::Part));
        assert!(finding.remedies().is_empty());
    }

    #[test]
    fn a_fingerprint_does_not_depend_on_the_place() {
        let mut sources = Sources::default();
        sources.add("a.sql", "select 1, 2;");
        let [mut here, mut there, mut about] = [finding(1), finding(5), finding(5)];
        about.objects.push("public.notes".to_owned());
        for one in [&mut here, &mut there, &mut about] {
            one.seal(&sources);
        }
        assert_eq!(here.fingerprint, there.fingerprint);
        assert_ne!(there.fingerprint, about.fingerprint);
    }

    #[test]
    fn a_finding_is_not_named_after_the_place_that_it_is_once_for() {
        let mut sources = Sources::default();
        sources.add("a.sql", "select 1, 2;");
        let [mut here, mut there, mut named] = [finding(1), finding(5), finding(5)];
        here.key = Some(Key::Place(here.origin));
        there.key = Some(Key::Place(there.origin));
        named.key = Some(Key::Name("1".to_owned()));
        for one in [&mut here, &mut there, &mut named] {
            one.seal(&sources);
        }
        assert_eq!(here.fingerprint, there.fingerprint);
        assert_ne!(here.fingerprint, named.fingerprint);
    }

    #[test]
    fn fingerprints_stay_what_they_are() {
        assert_eq!(Fingerprint::of("rls/x").with("a").to_string(), "8d7a8ee851387b74");
        assert_ne!(Fingerprint::of("a").with("bc"), Fingerprint::of("ab").with("c"));
    }

    #[test]
    fn the_same_place_is_labelled_once() {
        let mut first = finding(1);
        first.absorb(finding(5));
        first.absorb(finding(5));
        first.absorb(finding(1));
        assert_eq!(first.labels.len(), 1);
    }
}
