import { sql } from 'drizzle-orm'
import {
  bigint, boolean, check, customType, doublePrecision, foreignKey, index, integer, jsonb, numeric,
  pgEnum, pgSchema, pgTable, primaryKey, serial, smallint, text, timestamp, unique, uniqueIndex,
  uuid, varchar,
} from 'drizzle-orm/pg-core'

const tsvector = customType<{ data: string }>({
  dataType() {
    return 'tsvector'
  },
})

const times = {
  createdAt: timestamp('created_at', { withTimezone: true }).defaultNow().notNull(),
  updatedAt: timestamp('updated_at', { precision: 3 }),
}

export const state = pgEnum('order_state', ['open', 'paid', 'sent'])

export const shops = pgTable('shops', {
  id: uuid('id').primaryKey().defaultRandom(),
  slug: varchar('slug', { length: 80 }).notNull().unique(),
  name: text('name').notNull(),
  settings: jsonb('settings').default({ theme: 'light' }),
  rating: doublePrecision('rating'),
  ...times,
})

export const members = pgTable(
  'members',
  {
    shopId: uuid('shop_id').notNull().references(() => shops.id, { onDelete: 'cascade' }),
    email: text('email').notNull(),
    role: text('role').notNull().default('staff'),
    rank: smallint('rank').notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.email] }),
    index().on(t.email),
    check('members_rank_positive', sql`${t.rank} > 0`),
  ],
)

export const orders = pgTable(
  'orders',
  {
    id: serial('id').primaryKey(),
    number: bigint('number', { mode: 'number' }).generatedAlwaysAsIdentity(),
    shopId: uuid('shop_id').notNull().references(() => shops.id),
    buyer: text('buyer').notNull(),
    parentId: integer('parent_id'),
    state: state('state').notNull().default('open'),
    total: numeric('total', { precision: 10, scale: 2 }).notNull().default('0'),
    tags: text('tags').array().notNull().default([]),
    gift: boolean('gift').default(false).notNull(),
    words: tsvector('words'),
    ...times,
  },
  (t) => ({
    parent: foreignKey({ columns: [t.parentId], foreignColumns: [t.id] }).onDelete('set null'),
    byBuyer: foreignKey({
      columns: [t.shopId, t.buyer],
      foreignColumns: [members.shopId, members.email],
      name: 'orders_buyer_fk',
    }).onUpdate('cascade'),
    open: index('orders_open_idx')
      .on(t.shopId, t.createdAt.desc())
      .where(sql`${t.state} = 'open'`),
    words: index('orders_words_idx').using('gin', t.words),
    lower: uniqueIndex('orders_buyer_lower_idx').on(t.shopId, sql`lower(${t.buyer})`),
    once: unique('orders_once').on(t.shopId, t.number).nullsNotDistinct(),
  }),
)

const audit = pgSchema('audit')
export const kind = audit.enum('kind', ['read', 'write'])
export const events = audit.table('events', {
  id: bigint('id', { mode: 'bigint' }).generatedByDefaultAsIdentity().primaryKey(),
  orderId: integer('order_id').references(() => orders.id, { onDelete: 'set null', onUpdate: 'cascade' }),
  kind: kind('kind').notNull(),
  at: timestamp('at', { withTimezone: true, mode: 'string' }).default(sql`now()`).notNull(),
})
