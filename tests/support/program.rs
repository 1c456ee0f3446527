//! Small projects on the disk, and the program run over them.

#[path = "project.rs"]
mod project;

use std::process::{Command, Output};

pub(crate) use project::Project;

/// A migration that opens a table to everybody.
pub(crate) const MIGRATION: &str =
    "create table public.notes (id bigint primary key, body text not null);\n";

/// A handler that reads it, and does nothing wrong itself.
pub(crate) const ROUTE: &str = "\
import { createClient } from '@supabase/supabase-js';

const db = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!);

export async function GET(request: Request) {
  const id = new URL(request.url).searchParams.get('id');
  const { data } = await db.from('notes').select('id, body').eq('id', id).maybeSingle();
  return Response.json(data);
}
";

/// Where the migration of a new project is.
pub(crate) const MIGRATION_PATH: &str = "supabase/migrations/20240101000000_notes.sql";

impl Project {
    /// A project with one finding: its only table has no row level security.
    pub(crate) fn with_a_finding() -> Self {
        let project = Self::empty();
        project.write("supabase/config.toml", "project_id = 'notes'\n");
        project.write(MIGRATION_PATH, MIGRATION);
        project.write("src/app/api/notes/route.ts", ROUTE);
        project
    }

    /// The program with these arguments in the folder, not yet run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trave"));
        command.args(arguments).current_dir(self.path());
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the program and expects an exit code, and a text on either output; both outputs.
    #[track_caller]
    pub(crate) fn expect(&self, arguments: &[&str], (code, text): (i32, &str)) -> String {
        let output = self.run(arguments);
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8_lossy(&all).into_owned();
        assert_eq!(output.status.code(), Some(code), "trave {}\n{all}", arguments.join(" "));
        assert!(all.contains(text), "`{text}` is missing in what trave {arguments:?} says:\n{all}");
        all
    }
}
