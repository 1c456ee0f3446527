//! Filters that make each run of a query read the whole table.

use trave_rule::catalog::{Column, ForeignKey, Table};
use trave_rule::model::{Narrowing, PartOfKey, Query, Serving};
use trave_rule::query::Filter;
use trave_rule::words::{code_list, plain_list, sorted};
use trave_rule::{Context, FindingBuilder, Level, rule};

#[rule]
fn unindexed_filter(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || !model.is_served(query) {
        return;
    }
    let Some(table) = model.table_of(query) else { return };
    if !table.provenance.is_migration() || model.is_small(&table.name.name) {
        return;
    }
    let Serving::Unserved(filters) = model.serving(query, table) else { return };
    // A key that lets only one row match serves the query too: single-without-unique asks for it.
    if model.stays_as_seeded(table) || model.unsure_single(query).is_some() {
        return;
    }
    let kind = |filter: &Filter| model.narrowing(query, table, filter);
    let (fine, few): (Vec<&Filter>, Vec<&Filter>) =
        filters.into_iter().partition(|filter| kind(filter) == Narrowing::Fine);
    if fine.is_empty() {
        // Reading nearly all rows is what the query asks for.
        let few: Vec<&Filter> =
            few.into_iter().filter(|filter| kind(filter) == Narrowing::Coarse).collect();
        return coarse(query, table, &few, cx);
    }
    match query.key_without_its_beginning(table, &fine) {
        Some(key) => part_of_key(query, table, (&fine, &key), cx),
        None => whole_table(query, table, &fine, cx),
    }
}

/// An index would find few rows among many.
fn whole_table(query: &Query, table: &Table, filters: &[&Filter], cx: &mut Context) {
    let columns = columns_of(filters, table);
    let (Some(first), Some(filter)) = (columns.first(), filters.first()) else { return };
    let of_key = |key: &ForeignKey| key.columns.first() == Some(&first.name);
    let note = if table.foreign_keys.iter().any(of_key) {
        "a foreign key makes no index"
    } else {
        "no index begins with this column"
    };
    let index = cx.new_index(table, columns.iter().map(|column| &column.name));
    report(query, table, (filter, &columns), cx).label(first.origin, note).offer(&index);
}

/// A column with few values tells few rows apart; an index over the rare value does.
fn coarse(query: &Query, table: &Table, filters: &[&Filter], cx: &mut Context) {
    let columns = columns_of(filters, table);
    let (Some(first), Some(filter)) = (columns.first(), filters.first()) else { return };
    let pinned: Vec<String> = query
        .pinned_conditions(table)
        .filter(|(name, _)| columns.iter().any(|column| column.name == **name))
        .map(|(_, condition)| condition)
        .collect();
    // Without a limit the query wants all rows in that state, however many these are; and where
    // an index gives the order already, a partial one gains little.
    let mut order = query.facts.order.iter().filter(|key| key.relation.is_none());
    let Some(first_key) = order.next().filter(|_| query.facts.limit.is_some()) else { return };
    let key = first_key.column.as_ref().filter(|key| table.column(key).is_some());
    let Some(key) = key.filter(|_| !cx.model().gives_order(query, table, first_key)) else {
        return;
    };
    if pinned.len() == filters.len() {
        let index = cx.new_index(table, [key]).only_where(&pinned);
        report(query, table, (filter, &columns), cx)
            .level(Level::Info)
            .label(first.origin, "this column has few values")
            .help(format!("where few rows match: {index}"));
    }
}

fn report<'c>(
    query: &Query,
    table: &Table,
    (filter, columns): (&Filter, &[&Column]),
    cx: &'c mut Context,
) -> &'c mut FindingBuilder {
    let names = columns.iter().map(|column| column.name.as_str());
    let joined = sorted(names.clone());
    let way = cx.model().reached_from(query).unwrap_or_default();
    cx.report(
        filter.origin,
        format!(
            "`{}` is filtered by {}, which no index serves: every call reads the whole table",
            table.name.name,
            code_list(names)
        ),
    )
    .here(format!("filtered here, for {way}"))
    .about(format!("{}.{joined}", table.name))
    .once_per(format!("{} {joined}", table.name))
}

/// The query names a unique key without its beginning.
fn part_of_key(
    query: &Query,
    table: &Table,
    (filters, key): (&[&Filter], &PartOfKey),
    cx: &mut Context,
) {
    let (columns, Some(filter)) = (columns_of(filters, table), filters.first()) else { return };
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let way = cx.model().reached_from(query).unwrap_or_default();
    let table_name = &table.name.name;
    let harm = match &query.facts.single {
        Some(single) => {
            let call = single.method;
            format!("`{call}` fails once two rows share {}", code_list(&names))
        }
        None => format!("every call reads all of `{table_name}`"),
    };
    let left_out = code_list(&key.left_out);
    let finding = cx
        .report(
            filter.origin,
            format!("the query leaves out {left_out} of unique ({}): {harm}", plain_list(&key.key)),
        )
        .here(format!("filtered by {} alone, for {way}", code_list(&names)))
        .about(format!("{}.{}", table.name, sorted(&names)))
        .once_per(format!("{} {}", table.name, sorted(&names)))
        .help(format!(
            "compare {} too: the index of the key serves both",
            code_list(&key.left_out)
        ));
    if let Some(first) = key.left_out.first().and_then(|name| table.column(name)) {
        finding.label(first.origin, "the index of the key begins with this column");
    }
}

/// The filtered columns, each once, equalities first: the order an index wants them in.
fn columns_of<'t>(filters: &[&Filter], table: &'t Table) -> Vec<&'t Column> {
    let mut sorted = filters.to_vec();
    sorted.sort_by_key(|filter| filter.op);
    let mut columns: Vec<&Column> = Vec::new();
    for column in sorted.iter().filter_map(|filter| table.column(&filter.column)) {
        if !columns.iter().any(|known| known.name == column.name) {
            columns.push(column);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn the_default_of_a_column_with_few_values_matches_nearly_all_rows() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table readers (
  id uuid primary key, subscribed boolean default true,
  state text default 'active' check (state in ('active', 'gone'))
);
//- src/app/api/readers/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  const { data } = await db.from('readers').select('id').eq('subscribed', true).eq('state', 'active')
  return Response.json(data)
}
",
        );
    }

    #[test]
    fn another_value_wants_a_partial_index() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table mails (
  id uuid primary key, sent_at timestamptz, state text default 'sent' check (state in ('sent', 'failed'))
);
//- src/app/api/mails/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  const { data } = await db.from('mails').select('id').eq('state', 'failed').order('sent_at').limit(20)
//                                                     ^^^^^^^^^^^^^^^^^^^^^ `mails` is filtered by `state`, which no index serves: every call reads the whole table
  return Response.json(data)
}
",
        );
    }

    #[test]
    fn the_rest_of_a_unique_key_is_left_out() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table cities (id uuid primary key);
create table quarters (
  id uuid primary key, city_id uuid not null references cities (id), slug text not null,
  unique (city_id, slug)
);
//- src/app/api/quarters/[slug]/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET(request: Request, { params }: { params: { slug: string } }) {
  const { data } = await db.from('quarters').select('id').eq('slug', params.slug)
//                                                        ^^^^^^^^^^^^^^^^^^^^^^^ the query leaves out `city_id` of unique (city_id, slug): every call reads all of `quarters`
  return Response.json(data)
}
",
        );
    }

    #[test]
    fn a_table_that_nothing_adds_to_stays_small() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table currencies (id uuid primary key, symbol text not null);
alter table currencies enable row level security;
create policy read on currencies for select using (true);
insert into currencies (id, symbol) values ('00000000-0000-0000-0000-000000000001', '€');
//- src/app/api/currencies/[symbol]/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET(request: Request, { params }: { params: { symbol: string } }) {
  const { data } = await db.from('currencies').select('id').eq('symbol', params.symbol)
  return Response.json(data)
}
",
        );
    }

    #[test]
    fn all_rows_in_some_state_are_what_is_asked_for() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table mails (id uuid primary key, state text default 'sent' check (state in ('sent', 'failed')));
//- src/app/api/mails/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  const { data: all } = await db.from('mails').select('id').eq('state', 'failed')
  const { data: page } = await db.from('mails').select('id').eq('state', 'failed').order('id').limit(20)
  return Response.json([all, page])
}
",
        );
    }

    #[test]
    fn sql_of_the_code_filters_too() {
        let lead = "create table users (id int primary key, name text not null);
//- src/app/api/users/route.ts
";
        for (import, sends) in [
            (
                "import postgres from 'postgres'\nconst sql = postgres(process.env.URL!)",
                "sql`select id from users where name = ${name}`",
            ),
            (
                "import { sql, createPool } from 'slonik'\nconst pool = await createPool('')",
                "pool.any(sql.unsafe`select id from users where name = ${name}`)",
            ),
            (
                "import pgp from 'pg-promise'\nconst db = pgp()(process.env.URL!)",
                "db.manyOrNone('select id from users where name = $1', [name])",
            ),
            (
                "import Database from 'better-sqlite3'\nconst db = new Database('a')",
                "db.prepare('select id from users where name = ?').all(name)",
            ),
            (
                "const db = (globalThis as any).DB as D1Database",
                "db.prepare('select id from users where name = ?').bind(name).all()",
            ),
        ] {
            let route = format!(
                "{import}
export async function GET(request: Request) {{
  const name = new URL(request.url).searchParams.get('name')
  return Response.json(await {sends})
}}"
            );
            let found = trave_testing::findings(&super::RULE, &format!("{lead}{route}"));
            assert_eq!(found.len(), 1, "{sends}");
        }
    }

    /// A Prisma project with users, posts and one way in that does this.
    const SCHEMA: &str = "//- prisma/schema.prisma
datasource db {
  provider = \"postgresql\"
}
model User {
  id    String @id
  email String @unique
  posts Post[]
  @@map(\"users\")
}
model Post {
  id       String   @id
  authorId String   @map(\"author_id\")
  slug     String
  madeAt   DateTime @default(now()) @map(\"made_at\")
  author   User     @relation(fields: [authorId], references: [id])
  @@map(\"posts\")
}
";

    #[test]
    fn models_are_asked_for_by_the_columns_of_their_fields() {
        let route = r"//- src/app/api/posts/route.ts
import { PrismaClient } from '@prisma/client'
const prisma = globalThis.prisma ?? new PrismaClient()
export async function GET(request: Request, { params }: { params: { slug: string } }) {
  const post = await prisma.post.findFirst({ where: { slug: params.slug, title: undefined } })
//                                                    ^^^^^^^^^^^^^^^^^ `posts` is filtered by `slug`, which no index serves: every call reads the whole table
  const user = await prisma.user.findUnique({ where: { email: params.slug } })
  return Response.json({ post, user })
}
export async function POST(request: Request) {
  return Response.json(await prisma.post.create({ data: await request.json() }))
}
";
        check(&super::RULE, &format!("{SCHEMA}{route}"));
    }

    #[test]
    fn the_client_of_a_service_is_what_its_class_extends() {
        let files = r"//- src/prisma.service.ts
import { PrismaClient } from '@prisma/client'
export class PrismaService extends PrismaClient {
  async onModuleInit() { await this.$connect() }
}
//- src/posts.ts
import { Prisma } from '@prisma/client'
import { PrismaService } from './prisma.service'
export class Posts {
  constructor(private readonly prisma: PrismaService) {}
  async add(data: Prisma.PostCreateInput) {
    return this.prisma.post.create({ data })
  }
  async bySlug(slug: string) {
    return this.prisma.$transaction((tx) => find(tx, slug))
  }
}
async function find(tx: Prisma.TransactionClient, slug: string) {
  return tx.post.findFirst({ where: { slug } })
//                                    ^^^^ `posts` is filtered by `slug`, which no index serves: every call reads the whole table
}
//- src/app/api/posts/route.ts
import { Posts } from '../../../posts'
import { PrismaService } from '../../../prisma.service'
const posts = new Posts(new PrismaService())
export async function GET(request: Request, { params }: { params: { slug: string } }) {
  return Response.json(await posts.bySlug(params.slug))
}
export async function POST(request: Request) {
  return Response.json(await posts.add(await request.json()))
}
";
        check(&super::RULE, &format!("{SCHEMA}{files}"));
    }

    #[test]
    fn tables_that_are_values_are_asked_for_by_their_columns() {
        check(
            &super::RULE,
            r"
//- src/db/schema.ts
import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { relations } from 'drizzle-orm'
export const users = pgTable('users', { id: uuid('id').primaryKey(), email: text('email').unique() })
export const posts = pgTable(
  'posts',
  { id: uuid('id').primaryKey(), authorId: uuid('author_id').references(() => users.id), slug: text('post_slug') },
)
export const userRelations = relations(users, ({ many }) => ({ posts: many(posts) }))
export const postRelations = relations(posts, ({ one }) => ({
  author: one(users, { fields: [posts.authorId], references: [users.id] }),
}))
//- src/db/index.ts
import { drizzle } from 'drizzle-orm/node-postgres'
import * as schema from './schema'
export const db = drizzle(process.env.DATABASE_URL!, { schema })
export type Tx = Parameters<Parameters<typeof db.transaction>[0]>[0]
//- src/posts.ts
import { eq } from 'drizzle-orm'
import type { Tx } from './db'
import { posts } from './db/schema'
export async function bySlug(tx: Tx, slug: string) {
  return tx.select().from(posts).where(eq(posts.slug, slug)).limit(1)
//                                     ^^^^^^^^^^^^^^^^^^^^ `posts` is filtered by `post_slug`, which no index serves: every call reads the whole table
}
//- src/app/api/posts/route.ts
import { eq } from 'drizzle-orm'
import { db } from '../../../db'
import { bySlug } from '../../../posts'
import { posts } from '../../../db/schema'
export async function GET(request: Request, { params }: { params: { slug: string } }) {
  const user = await db.query.users.findFirst({ where: (users, { eq }) => eq(users.email, params.slug) })
  const found = await db.transaction((tx) => bySlug(tx, params.slug))
  return Response.json({ found, user })
}
export async function POST(request: Request) {
  await db.insert(posts).values(await request.json())
  return Response.json(await db.delete(posts).where(eq(posts.id, 'x')).returning())
}
",
        );
    }
}
