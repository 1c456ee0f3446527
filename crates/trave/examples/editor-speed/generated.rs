//! A project of 5,000 files as an agency might have it: Next.js, supabase-js, services between
//! handlers and tables, and a great many components.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempDir;
use trave_workspace::WorkspaceError;

const TABLES: usize = 150;
const COMPONENTS: usize = 3_600;
const FILES: usize = 5_000;

/// Names of things; a number behind them tells them apart.
const NOUNS: [&str; 10] = [
    "order", "invoice", "customer", "project", "task", "message", "booking", "product", "payment",
    "review",
];

/// Writes the project into a folder that is there, or is made.
pub(crate) fn write(folder: &Path) -> Result<(), WorkspaceError> {
    let written = Writer { root: folder, count: 0 }.write_all();
    written.map_err(|source| WorkspaceError::Unwritable { path: folder.to_owned(), source })
}

/// Writes the project into a folder that goes when it is dropped.
pub(crate) fn project() -> Result<TempDir, WorkspaceError> {
    let made = tempfile::tempdir().and_then(|folder| {
        Writer { root: folder.path(), count: 0 }.write_all()?;
        Ok(folder)
    });
    made.map_err(|source| WorkspaceError::Unreadable { path: std::env::temp_dir(), source })
}

struct Writer<'a> {
    root: &'a Path,
    count: usize,
}

impl Writer<'_> {
    fn write_all(&mut self) -> io::Result<()> {
        self.settings()?;
        for table in 0..TABLES {
            self.migration(table)?;
            self.service(table)?;
            self.handlers(table)?;
            self.page(table)?;
        }
        for component in 0..COMPONENTS {
            self.component(component)?;
        }
        while self.count < FILES {
            self.module(self.count)?;
        }
        Ok(())
    }

    fn put(&mut self, path: &str, text: &str) -> io::Result<()> {
        let path = self.root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        self.count += 1;
        fs::write(path, text)
    }

    fn settings(&mut self) -> io::Result<()> {
        self.put("package.json", PACKAGE)?;
        self.put("tsconfig.json", TSCONFIG)?;
        self.put("src/lib/supabase/server.ts", CLIENT)?;
        self.put("src/lib/auth.ts", AUTH)?;
        self.put("src/lib/page.ts", PAGING)?;
        self.put("src/middleware.ts", MIDDLEWARE)
    }

    fn migration(&mut self, table: usize) -> io::Result<()> {
        let name = name(table);
        let above = name_of_parent(table);
        let parent = if table == 0 {
            String::new()
        } else {
            format!("  parent_id uuid references {above} (id) on delete cascade,\n")
        };
        let mut text = format!(
            "create table {name} (\n  id uuid primary key default gen_random_uuid(),\n  \
             owner_id uuid not null references auth.users (id),\n{parent}  title text not null,\n  \
             state text not null default 'open',\n  total numeric(12, 2),\n  \
             created_at timestamptz not null default now()\n);\n\n\
             create index {name}_owner_idx on {name} (owner_id, created_at desc);\n"
        );
        if table > 0 {
            let _ = writeln!(text, "create index {name}_parent_idx on {name} (parent_id);");
        }
        let _ = write!(
            text,
            "alter table {name} enable row level security;\n\n\
             create policy \"own rows\" on {name} for select to authenticated\n  \
             using (owner_id = (select auth.uid()));\n\
             create policy \"add own rows\" on {name} for insert to authenticated\n  \
             with check (owner_id = (select auth.uid()));\n\
             create policy \"change own rows\" on {name} for update to authenticated\n  \
             using (owner_id = (select auth.uid())) with check (owner_id = (select auth.uid()));\n"
        );
        self.put(&format!("supabase/migrations/2024{:010}_{name}.sql", table + 101), &text)
    }

    fn service(&mut self, table: usize) -> io::Result<()> {
        let text = SERVICE.replace("TABLE", &name(table)).replace("Thing", &noun(table));
        self.put(&format!("src/services/{}.ts", name(table)), &text)
    }

    fn handlers(&mut self, table: usize) -> io::Result<()> {
        let fill = |text: &str| text.replace("TABLE", &name(table)).replace("Thing", &noun(table));
        let folder = format!("src/app/api/{}", name(table));
        self.put(&format!("{folder}/route.ts"), &fill(HANDLER))?;
        if table.is_multiple_of(3) {
            self.put(&format!("{folder}/[id]/route.ts"), &fill(ONE_HANDLER))?;
        }
        Ok(())
    }

    fn page(&mut self, table: usize) -> io::Result<()> {
        let component = format!("Card{}", table * 7 % COMPONENTS);
        let text = PAGE.replace("TABLE", &name(table)).replace("Thing", &noun(table));
        let text = text.replace("Shown", &component).replace("AREA", &area(table * 7 % COMPONENTS));
        self.put(&format!("src/app/(site)/{}/page.tsx", name(table)), &text)
    }

    fn component(&mut self, number: usize) -> io::Result<()> {
        let mut text = String::from("'use client'\n\nimport { useState } from 'react'\n");
        // Imports point backwards, so that nothing goes in circles.
        for back in [1, 9, 40].into_iter().filter(|back| *back <= number) {
            let other = number - back;
            let _ = writeln!(
                text,
                "import {{ Card{other} }} from '@/components/{}/Card{other}'",
                area(other)
            );
        }
        let _ = writeln!(
            text,
            "\ntype Row = {{ id: string; label: string }}\ntype Props = {{ title: string; rows: \
             Row[] }}\nexport function Card{number}({{ title, rows }}: Props) {{"
        );
        text.push_str(BODY);
        self.put(&format!("src/components/{}/Card{number}.tsx", area(number)), &text)
    }

    fn module(&mut self, number: usize) -> io::Result<()> {
        let text = MODULE.replace("NUMBER", &number.to_string());
        self.put(&format!("src/lib/format/format{number}.ts"), &text)
    }
}

fn name(table: usize) -> String {
    let noun = NOUNS.get(table % NOUNS.len()).copied().unwrap_or_default();
    format!("{noun}s_{}", table / NOUNS.len())
}

fn name_of_parent(table: usize) -> String {
    name(table.saturating_sub(1 + table % 7))
}

fn noun(table: usize) -> String {
    let name = name(table);
    let mut signs = name.chars();
    let first = signs.next().map(|sign| sign.to_ascii_uppercase());
    first.into_iter().chain(signs.filter(|sign| *sign != '_')).collect()
}

fn area(component: usize) -> String {
    format!("area{}", component / 60)
}

const PACKAGE: &str = r#"{
  "name": "shop",
  "dependencies": {
    "next": "^15.1.0",
    "react": "^19.0.0",
    "@supabase/ssr": "^0.5.0",
    "@supabase/supabase-js": "^2.45.0",
    "zod": "^3.23.0"
  }
}
"#;

const TSCONFIG: &str = r#"{
  "compilerOptions": { "strict": true, "baseUrl": ".", "paths": { "@/*": ["./src/*"] } }
}
"#;

const CLIENT: &str = "import { createServerClient } from '@supabase/ssr'
import { cookies } from 'next/headers'

/** A client that acts for the caller. */
export async function createClient() {
  const store = await cookies()
  const url = process.env.NEXT_PUBLIC_SUPABASE_URL!
  return createServerClient(url, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, {
    cookies: {
      getAll() {
        return store.getAll()
      },
      setAll(list) {
        list.forEach(({ name, value, options }) => store.set(name, value, options))
      },
    },
  })
}
";

const AUTH: &str = "import { createClient } from '@/lib/supabase/server'

export class Unauthorized extends Error {}

/** The caller, or an error. */
export async function requireUser() {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) throw new Unauthorized('sign in first')
  return user
}
";

const PAGING: &str = "import { z } from 'zod'

const Page = z.object({
  page: z.coerce.number().int().min(0).default(0),
  size: z.coerce.number().int().min(1).max(100).default(20),
})

export function pageOf(url: string) {
  const found = Page.parse(Object.fromEntries(new URL(url).searchParams))
  return { from: found.page * found.size, to: found.page * found.size + found.size - 1 }
}
";

const MIDDLEWARE: &str = "import { NextResponse, type NextRequest } from 'next/server'

export function middleware(request: NextRequest) {
  const response = NextResponse.next({ request })
  response.headers.set('x-path', request.nextUrl.pathname)
  return response
}

export const config = { matcher: ['/((?!_next/static|favicon.ico).*)'] }
";

const SERVICE: &str = "import { z } from 'zod'
import { requireUser } from '@/lib/auth'
import { createClient } from '@/lib/supabase/server'

export const ThingInput = z.object({
  title: z.string().min(1).max(200),
  state: z.enum(['open', 'done']),
})

export async function listThing(range: { from: number; to: number }) {
  const user = await requireUser()
  const supabase = await createClient()
  const { data, error } = await supabase
    .from('TABLE')
    .select('id, title, state, total, created_at')
    .eq('owner_id', user.id)
    .order('created_at', { ascending: false })
    .range(range.from, range.to)
  if (error) throw error
  return data
}

export async function findThing(id: string) {
  const user = await requireUser()
  const supabase = await createClient()
  const one = supabase.from('TABLE').select('*').eq('id', id).eq('owner_id', user.id)
  const { data, error } = await one.maybeSingle()
  if (error) throw error
  return data
}

export async function addThing(input: z.infer<typeof ThingInput>) {
  const user = await requireUser()
  const supabase = await createClient()
  const row = { ...input, owner_id: user.id }
  const { data, error } = await supabase.from('TABLE').insert(row).select('id').single()
  if (error) throw error
  return data
}

export async function closeThing(id: string) {
  const user = await requireUser()
  const supabase = await createClient()
  const done = supabase.from('TABLE').update({ state: 'done' })
  const { error } = await done.eq('id', id).eq('owner_id', user.id)
  if (error) throw error
}
";

const HANDLER: &str = "import { NextResponse, type NextRequest } from 'next/server'
import { pageOf } from '@/lib/page'
import { ThingInput, addThing, listThing } from '@/services/TABLE'

export async function GET(request: NextRequest) {
  const rows = await listThing(pageOf(request.url))
  return NextResponse.json({ rows })
}

export async function POST(request: NextRequest) {
  const parsed = ThingInput.safeParse(await request.json())
  if (!parsed.success) return NextResponse.json({ error: 'invalid' }, { status: 400 })
  const made = await addThing(parsed.data)
  return NextResponse.json(made, { status: 201 })
}
";

const ONE_HANDLER: &str = "import { NextResponse, type NextRequest } from 'next/server'
import { closeThing, findThing } from '@/services/TABLE'

type Context = { params: Promise<{ id: string }> }

export async function GET(_request: NextRequest, { params }: Context) {
  const { id } = await params
  const row = await findThing(id)
  return row ? NextResponse.json(row) : NextResponse.json({ error: 'not found' }, { status: 404 })
}

export async function PATCH(_request: NextRequest, { params }: Context) {
  const { id } = await params
  await closeThing(id)
  return new NextResponse(null, { status: 204 })
}
";

const PAGE: &str = "import { Shown } from '@/components/AREA/Shown'
import { listThing } from '@/services/TABLE'

export default async function Page() {
  const rows = await listThing({ from: 0, to: 19 })
  return <Shown title=\"Thing\" rows={rows.map((row) => ({ id: row.id, label: row.title }))} />
}
";

const BODY: &str = "  const [chosen, setChosen] = useState<string | null>(null)
  const shown = rows.filter((row) => !chosen || row.id === chosen)
  const label = shown.length === 1 ? 'one row' : `${shown.length} rows`
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <p>{label}</p>
      <ul>
        {shown.map((row) => (
          <li key={row.id}>
            <button type=\"button\" onClick={() => setChosen(row.id)}>
              {row.label}
            </button>
          </li>
        ))}
      </ul>
      <button type=\"button\" onClick={() => setChosen(null)}>
        all of them
      </button>
    </section>
  )
}
";

const MODULE: &str = "const formats = new Map<string, Intl.NumberFormat>()

export function formatNUMBER(value: number, locale = 'en') {
  const known = formats.get(locale) ?? new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  formats.set(locale, known)
  return known.format(value)
}
";
