//! A project of 300 handlers, 2,000 queries and 200 tables.

use std::fmt::Write as _;

use crate::program::Project;

const TABLES: usize = 200;
const ROUTES: usize = 300;
/// Every handler sends six queries, and the first two hundred one more.
const QUERIES: usize = 6;

/// What tables are called, ten to an area.
fn table(at: usize) -> String {
    const THINGS: [&str; 10] = [
        "orders", "items", "events", "members", "notes", "files", "invoices", "tags", "reviews",
        "settings",
    ];
    let at = at % TABLES;
    format!("area_{:02}_{}", at / 10, THINGS.get(at % 10).unwrap())
}

/// Writes it.
pub(crate) fn write(project: &Project) {
    project.write("supabase/config.toml", "project_id = 'large'\n");
    project.write("supabase/migrations/20240101000000_all.sql", migration());
    for at in 0..ROUTES {
        let path = format!("src/app/api/area{:02}/resource{at:03}/[id]/route.ts", at / 15);
        project.write(&path, handler(at));
    }
}

/// Everything of an area refers to its orders, some of it to its events as well; orders refer to
/// those of another area, and every third table to the members of the first.
fn migration() -> String {
    let mut sql = String::new();
    for at in 0..TABLES {
        let (name, area, thing) = (table(at), at / 10, at % 10);
        let mut keys = String::new();
        let mut refer = |column: &str, to: usize| {
            let _ = write!(keys, ",\n  {column} bigint references {}", table(to));
        };
        match thing {
            0 if area > 0 => refer("other_id", (area - 1) / 2 * 10),
            0 => {}
            1..=6 => refer("order_id", area * 10),
            _ => refer("event_id", area * 10 + 2),
        }
        if at % 3 == 0 && at > 3 {
            refer("member_id", 3);
        }
        let _ = writeln!(
            sql,
            "create table public.{name} (\n  id bigint primary key,\n  label text not null{keys}\n);\n\
             alter table public.{name} enable row level security;"
        );
    }
    sql
}

fn handler(at: usize) -> String {
    let mut body = String::new();
    let queries = QUERIES + usize::from(at < 200);
    for number in 0..queries {
        let name = table(at / 15 * 10 + number * 7 + at % 3);
        let query = match number % 4 {
            0 | 1 => "select('id, label').eq('id', id).maybeSingle()",
            2 => "update({ label: 'seen' }).eq('id', id)",
            _ => "delete().eq('id', id)",
        };
        let _ = writeln!(body, "  await db.from('{name}').{query};");
    }
    format!(
        "import {{ createClient }} from '@supabase/supabase-js';\n\n\
         const db = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!);\n\n\
         export async function POST(request: Request, {{ params }}: any) {{\n  \
         const {{ id }} = await params;\n{body}  return Response.json({{ done: true }});\n}}\n"
    )
}
