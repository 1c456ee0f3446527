//! Random edits: whatever is typed, the server says what a fresh check of the same texts says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use trave_rules::RULES;
use trave_workspace::{Options, load};

use crate::client::{Client, position};
use crate::diagnostics::{MIGRATION, PROJECT, ROUTE};
use crate::robust::Numbers;

/// A second route and a helper, so that edits reach over files.
const MORE: &str = "
//- src/lib/notes.ts
import { createClient } from '@supabase/supabase-js';
const admin = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
export async function notesIn(folder: string) {
  return admin.from('notes').select('*').eq('folder', folder).limit(50);
}
//- src/app/api/folders/[name]/route.ts
import { notesIn } from '../../../../lib/notes';
export async function GET(request: Request, { params }) {
  const { data } = await notesIn(params.name);
  return Response.json(data);
}
//- supabase/migrations/20240102000000_tags.sql
create table public.tags (
  id bigint primary key,
  note_id uuid references public.notes (id)
);
alter table public.tags enable row level security;
";

const FILES: [&str; 5] = [
    MIGRATION,
    ROUTE,
    "src/lib/notes.ts",
    "src/app/api/folders/[name]/route.ts",
    "supabase/migrations/20240102000000_tags.sql",
];

/// What is put in at random: what changes meaning, and what breaks syntax.
const PIECES: [&str; 16] = [
    "notes",
    "tags",
    "owner_id",
    "'",
    "`",
    ";",
    "\n",
    "(",
    ")",
    "-- ",
    "/*",
    "$$",
    "é𝄞",
    ".limit(5)",
    "create index on public.notes (folder);\n",
    "// trave-ignore rls/x: y\n",
];

#[test]
fn after_any_edit_the_diagnostics_are_those_of_a_fresh_check() {
    let rounds = std::env::var("TRAVE_EDITS").ok().and_then(|it| it.parse().ok()).unwrap_or(60);
    let seed = std::env::var("TRAVE_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(11);
    let mut numbers = Numbers(seed);
    let mut client = Client::start(&format!("{PROJECT}{MORE}"));
    for path in &FILES {
        client.open(path);
    }
    let fresh = tempfile::tempdir().unwrap();
    for round in 0..rounds {
        for _ in 0..=numbers.below(3) {
            edit(&mut client, &mut numbers);
        }
        let expected = checked(&client, fresh.path());
        assert_eq!(served(&mut client), expected, "seed {seed}, round {round}");
        // Whoever watches the memory of a long run sees the server's.
        client.heard.clear();
    }
}

/// One edit: a piece put in, a stretch taken out, a line doubled, or all as it was.
fn edit(client: &mut Client, numbers: &mut Numbers) {
    let path = FILES[numbers.below(FILES.len())];
    let text = client.text(path);
    let at = |numbers: &mut Numbers| {
        let at = numbers.below(text.len() + 1);
        (0..=at).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0)
    };
    let from = at(numbers);
    match numbers.below(6) {
        0 => {
            let end = (from + numbers.below(40)).min(text.len());
            let end = (end..=text.len()).find(|it| text.is_char_boundary(*it)).unwrap();
            client.edit(path, from..end, "");
        }
        1 => {
            let line = text[..from].rfind('\n').map_or(0, |at| at + 1);
            let end = text[line..].find('\n').map_or(text.len(), |at| line + at + 1);
            let copy = text[line..end].to_owned();
            client.edit(path, line..line, &copy);
        }
        2 | 3 => {
            let original = client.on_disk(path);
            client.edit(path, 0..text.len(), &original);
        }
        _ => client.edit(path, from..from, PIECES[numbers.below(PIECES.len())]),
    }
}

/// What the server has published once all is analysed, one line per diagnostic.
fn served(client: &mut Client) -> BTreeSet<String> {
    client.diagnostics(MIGRATION);
    let mut lines = BTreeSet::new();
    for (path, published) in &client.published {
        for it in published["diagnostics"].as_array().unwrap() {
            let message = it["message"].as_str().unwrap();
            lines.insert(line(path, &it["code"], (&it["range"]["start"], message)));
        }
    }
    lines
}

/// What a fresh check of the same texts says.
fn checked(client: &Client, folder: &Path) -> BTreeSet<String> {
    for path in FILES {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, client.text(path)).unwrap();
    }
    let rules = RULES.iter().map(|rule| rule.meta.id).collect();
    let project = load(folder, &Options { rules, ..Options::default() }).unwrap();
    let options = project.settings.rule_options();
    let report = trave_engine::check(&project.model, RULES, &options);
    let sources = &project.model.sources;
    let told = report.findings.iter().map(|finding| {
        let source = sources.get(finding.origin.file).unwrap();
        let start = position(&source.text, finding.origin.span.start as usize);
        line(&source.path, &json!(finding.rule), (&start, &finding.message))
    });
    told.collect()
}

/// The first line of a message tells what is wrong; a name in it may be torn, too.
fn line(path: &str, rule: &Value, (start, message): (&Value, &str)) -> String {
    let message = message.lines().next().unwrap_or_default();
    format!("{path}:{}:{} {rule} {message}", start["line"], start["character"])
}
