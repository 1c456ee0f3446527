//! Random edits of a project: of characters, lines, names and files, of code, SQL and settings.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

/// A source of numbers that are the same for the same seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x51_7cc1_b727_220a)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(count.max(1)).unwrap()).unwrap()
    }

    fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }
}

/// A change of one file; without a text it is gone.
pub(crate) struct Change {
    pub(crate) path: String,
    pub(crate) text: Option<String>,
    what: &'static str,
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.path, self.what)
    }
}

/// A copy of a project, with the texts of its files.
pub(crate) struct Workplace {
    texts: BTreeMap<String, String>,
    /// As they were in the beginning.
    originals: BTreeMap<String, String>,
    made: usize,
}

/// Lines that people write, each of which may change what is found.
const LINES: [&str; 14] = [
    "import { createClient } from '@supabase/supabase-js';",
    "'use client';",
    "export const revalidate = 60;",
    "const more = await db.from('notes').select('*');",
    "if (!user) return new Response('no', { status: 401 });",
    "// trave-ignore index/unindexed-filter: small",
    "// a note for later",
    "export async function POST(request: Request) { return Response.json(await request.json()); }",
    "for (const row of rows) { await load(row.id); }",
    "create index on notes (owner_id);",
    "alter table notes add column extra text;",
    "create table extra (id bigint primary key, note_id bigint);",
    "-- trave-ignore rls/table-without-rls: public",
    "export * from './db';",
];

const SETTINGS: [&str; 5] = [
    "",
    "[rules]\n\"index\" = \"off\"\n",
    "[check]\nexclude = [\"src/lib/**\"]\n",
    "[rules]\n\"no-such\" = \"error\"\n",
    "small-tables = [\"notes\"]\n",
];

const SIGNS: [&str; 12] = ["(", ")", "{", "}", "'", ";", ".", " ", "x", "\n", "/*", "é"];

impl Workplace {
    pub(crate) fn copy(from: &Path, to: &Path) -> Self {
        let mut texts = BTreeMap::new();
        read(from, "", &mut texts);
        for (path, text) in &texts {
            let path = to.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { originals: texts.clone(), texts, made: 0 }
    }

    /// The next change.
    pub(crate) fn change(&mut self, random: &mut Random) -> Change {
        let change = match random.below(40) {
            0 => self.removed(random),
            1 => Some(self.made(random)),
            2 => Some(Self::settings(random)),
            3..=7 => self.restored(random),
            _ => None,
        };
        let change = change.unwrap_or_else(|| self.edited(random));
        match &change.text {
            Some(text) => self.texts.insert(change.path.clone(), text.clone()),
            None => self.texts.remove(&change.path),
        };
        change
    }

    fn removed(&self, random: &mut Random) -> Option<Change> {
        let path = self.any(random);
        (self.texts.len() > 3).then_some(Change { path, text: None, what: "removed" })
    }

    /// A copy of a file beside it, under another name.
    fn made(&mut self, random: &mut Random) -> Change {
        let from = self.any(random);
        self.made += 1;
        let (folder, name) = from.rsplit_once('/').unwrap_or(("", &from));
        let path = format!("{folder}/9{}{name}", self.made);
        let path = path.trim_start_matches('/').to_owned();
        let text = self.texts.get(&from).cloned();
        Change { path, text, what: "made" }
    }

    fn settings(random: &mut Random) -> Change {
        let text = Some((*random.pick(&SETTINGS)).to_owned());
        Change { path: "trave.toml".to_owned(), text, what: "settings" }
    }

    fn restored(&self, random: &mut Random) -> Option<Change> {
        let changed =
            self.originals.iter().filter(|(path, text)| self.texts.get(*path) != Some(text));
        let changed: Vec<_> = changed.collect();
        if changed.is_empty() {
            return None;
        }
        let (path, text) = *random.pick(&changed);
        Some(Change { path: path.clone(), text: Some(text.clone()), what: "as it was" })
    }

    fn edited(&self, random: &mut Random) -> Change {
        let path = self.any(random);
        let text = &self.texts[&path];
        let (text, what) = match random.below(9) {
            0 => (line_added(text, random), "a line more"),
            1 => (
                line_moved_in(text, &self.texts[&self.any(random)], random),
                "a line from elsewhere",
            ),
            2 => (line_removed(text, random), "a line less"),
            3 => (sign_added(text, random), "a sign more"),
            4 => (sign_removed(text, random), "a sign less"),
            5 => (lines_swapped(text, random), "two lines swapped"),
            6 => (block_removed(text, random), "some lines less"),
            _ => (renamed(text, random), "a name changed"),
        };
        Change { path, text: Some(text), what }
    }

    /// Some file; those that are read count more.
    fn any(&self, random: &mut Random) -> String {
        let paths: Vec<&String> = self.texts.keys().collect();
        let path = random.pick(&paths);
        let is_read = [".ts", ".tsx", ".sql", ".prisma", ".js", ".vue"];
        if is_read.iter().any(|end| path.ends_with(end)) || random.below(4) == 0 {
            (*path).clone()
        } else {
            (*random.pick(&paths)).clone()
        }
    }
}

fn read(folder: &Path, below: &str, texts: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let inside = format!("{below}{name}");
        if path.is_dir() {
            read(&path, &format!("{inside}/"), texts);
        } else if let Ok(text) = fs::read_to_string(&path) {
            texts.insert(inside, text);
        }
    }
}

fn lines(text: &str) -> Vec<String> {
    text.split('\n').map(str::to_owned).collect()
}

fn line_added(text: &str, random: &mut Random) -> String {
    let mut lines = lines(text);
    let at = random.below(lines.len() + 1);
    lines.insert(at, (*random.pick(&LINES)).to_owned());
    lines.join("\n")
}

fn line_moved_in(text: &str, other: &str, random: &mut Random) -> String {
    let mut all = lines(text);
    let at = random.below(all.len() + 1);
    all.insert(at, random.pick(&lines(other)).clone());
    all.join("\n")
}

fn line_removed(text: &str, random: &mut Random) -> String {
    let mut lines = lines(text);
    lines.remove(random.below(lines.len()));
    lines.join("\n")
}

fn lines_swapped(text: &str, random: &mut Random) -> String {
    let mut lines = lines(text);
    let (one, other) = (random.below(lines.len()), random.below(lines.len()));
    lines.swap(one, other);
    lines.join("\n")
}

fn block_removed(text: &str, random: &mut Random) -> String {
    let mut lines = lines(text);
    let from = random.below(lines.len());
    let to = (from + 1 + random.below(8)).min(lines.len());
    lines.drain(from..to);
    lines.join("\n")
}

/// A place between two characters.
fn place(text: &str, random: &mut Random) -> usize {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    *random.pick(&places)
}

fn sign_added(text: &str, random: &mut Random) -> String {
    let at = place(text, random);
    format!("{}{}{}", &text[..at], random.pick(&SIGNS), &text[at..])
}

fn sign_removed(text: &str, random: &mut Random) -> String {
    let at = place(text, random);
    let rest = text[at..].chars().next().map_or(at, |sign| at + sign.len_utf8());
    format!("{}{}", &text[..at], &text[rest..])
}

/// One word becomes another one of the same text, wherever it stands.
fn renamed(text: &str, random: &mut Random) -> String {
    let words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
    let words: Vec<&str> = words.filter(|word| word.len() > 2).collect();
    if words.is_empty() {
        return text.to_owned();
    }
    let (from, to) = (*random.pick(&words), *random.pick(&words));
    let to = if random.below(3) == 0 { format!("{from}s") } else { to.to_owned() };
    text.replace(from, &to)
}
