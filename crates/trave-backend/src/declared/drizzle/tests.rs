//! Tables of Drizzle as SQL.

use super::read;
use crate::declared::test::sql_of;

#[track_caller]
fn sql(files: &[(&str, &str)]) -> Vec<String> {
    sql_of(read, files)
}

#[test]
fn tables_columns_and_what_stands_on_them() {
    let schema = "import { sql } from 'drizzle-orm';
import { pgEnum, pgTable, uuid, text, timestamp, integer, index, unique, customType }
  from 'drizzle-orm/pg-core';
import { teams } from './teams';
const tsvector = customType<{ data: string }>({ dataType() { return 'tsvector'; } });
const times = { createdAt: timestamp('created_at', { withTimezone: true }).defaultNow().notNull() };
export const role = pgEnum('role', ['a', 'b']);
export const users = pgTable('users', {
  id: uuid('id').primaryKey().defaultRandom(),
  email: text().notNull().unique(),
  role: role('role').default('a'),
  tags: text('tags').array().default([]),
  teamId: uuid('team_id').references(() => teams.id, { onDelete: 'cascade' }),
  words: tsvector('words'),
  ...times,
}, (t) => [
  index('users_live_idx').on(t.teamId, t.createdAt.desc()).where(sql`${t.email} is not null`),
  unique().on(t.teamId, t.email),
]);";
    let teams = "import { pgTable, uuid } from 'drizzle-orm/pg-core';
export const teams = pgTable('teams', { id: uuid('id').primaryKey() }).enableRLS();";
    assert_eq!(
        sql(&[("schema.ts", schema), ("teams.ts", teams)]),
        [
            "create type role as enum ('a', 'b')",
            "create table users ( id uuid not null default gen_random_uuid(), email text not null, \
             role role default 'a', tags text[] default '{}', team_id uuid, words tsvector, \
             created_at timestamp with time zone not null default now(), primary key (id), \
             constraint users_email_unique unique (email), constraint users_team_id_email_unique \
             unique (team_id, email) )",
            "create table teams ( id uuid not null, primary key (id) )",
            "create index users_live_idx on users (team_id, created_at desc nulls last) where \
             email is not null",
            "alter table users add constraint users_team_id_teams_id_fk foreign key (team_id) \
             references teams (id) on delete cascade on update no action",
        ]
    );
}

#[test]
fn sqlite_names_unique_indexes_and_mysql_writes_enums_in_place() {
    let lite = "import { sqliteTable, integer, text, primaryKey } from 'drizzle-orm/sqlite-core';
export const a = sqliteTable('a', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  slug: text('slug', { length: 20 }).notNull().unique(),
  on: integer('on', { mode: 'boolean' }).default(false),
});";
    assert_eq!(
        sql(&[("schema.ts", lite)]),
        [
            "create table a ( id integer not null autoincrement, slug text(20) not null, on integer default false, \
             primary key (id) )",
            "create unique index a_slug_unique on a (slug)",
        ]
    );
    let mysql =
        "import { mysqlTableCreator, int, mysqlEnum, varchar } from 'drizzle-orm/mysql-core';
const table = mysqlTableCreator((name) => `app_${name}`);
export const b = table('b', {
  id: int('id', { unsigned: true }).autoincrement().primaryKey(),
  kind: mysqlEnum('kind', ['x', 'y']).notNull(),
  name: varchar({ length: 10 }),
});";
    assert_eq!(
        sql(&[("schema.ts", mysql)]),
        ["create table app_b ( id int unsigned not null auto_increment, kind enum('x','y') not \
          null, name varchar(10), primary key (id) )"]
    );
}

#[test]
fn schemas_callbacks_and_casing() {
    let schema = "import * as p from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/node-postgres';
export const db = drizzle({ casing: 'snake_case' });
const own = p.pgSchema('billing');
export const kind = own.enum('kind', ['x']);
export const plans = own.table('plans', (t) => ({
  planId: t.uuid().primaryKey(),
  maxSeats: t.integer().notNull(),
  kind: kind(),
}), (t) => ({ by: p.uniqueIndex().on(t.maxSeats) }));";
    assert_eq!(
        sql(&[("schema.ts", schema)]),
        [
            "create schema if not exists billing",
            "create type billing.kind as enum ('x')",
            "create table billing.plans ( plan_id uuid not null, max_seats integer not null, kind \
             billing.kind, primary key (plan_id) )",
            "create unique index plans_max_seats_index on billing.plans (max_seats)",
        ]
    );
}
