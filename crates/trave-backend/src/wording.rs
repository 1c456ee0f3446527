//! How clients write what a query is told to do, as helps and notes say it.

/// The words of one client. Each is a piece of code in backticks, or plain words where the client
/// has no way of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wording {
    /// A limit of fifty rows.
    pub limit: &'static str,
    /// A limit of some number.
    pub some_limit: &'static str,
    /// An order.
    pub order: &'static str,
    /// An order by one column: what stands before and behind its name.
    pub order_by: (&'static str, &'static str),
    /// A filter by a list of values.
    pub in_list: &'static str,
    /// One delete of the rows of a list.
    pub delete_list: &'static str,
    /// One update of the rows of a list.
    pub update_list: &'static str,
    /// One statement that writes whole rows of a list.
    pub write_rows: &'static str,
    /// How one statement gives each row of a list something else.
    pub update_each: &'static str,
    /// The first of the rows in some order.
    pub first_row: &'static str,
    /// Rows of another table that come along.
    pub related: &'static str,
    /// Alternatives.
    pub or: &'static str,
    /// A read that counts groups.
    pub count_groups: &'static str,
}

/// SQL, and clients that have nothing else to say.
pub const SQL: Wording = Wording {
    limit: "`LIMIT 50`",
    some_limit: "a `LIMIT`",
    order: "`ORDER BY`",
    order_by: ("`ORDER BY ", "`"),
    in_list: "`IN (…)`",
    delete_list: "`DELETE … WHERE … IN (…)`",
    update_list: "`UPDATE … WHERE … IN (…)`",
    write_rows: "`INSERT … ON CONFLICT` of all rows",
    update_each: "as in `UPDATE … FROM (VALUES …)`",
    first_row: "`ORDER BY … LIMIT 1`",
    related: "a join",
    or: "`OR`",
    count_groups: "one statement with `GROUP BY`",
};

/// supabase-js.
pub const SUPABASE: Wording = Wording {
    limit: "`.limit(50)`",
    some_limit: "`.limit(…)`",
    order: "`.order(…)`",
    order_by: ("`.order('", "')`"),
    in_list: "`.in(column, values)`",
    delete_list: "`.in(column, values)`",
    update_list: "`.update(…).in(column, values)`",
    write_rows: "an upsert of all rows, or an RPC",
    update_each: "in an RPC that takes all rows",
    first_row: "`.order(…).limit(1)` before it",
    related: "an embedded select",
    or: "`.or(…)`",
    count_groups: "an RPC with `group by`, or the parents with an embedded `child(count)`",
};

/// Prisma.
pub const PRISMA: Wording = Wording {
    limit: "`take: 50`",
    some_limit: "`take: …`",
    order: "`orderBy: …`",
    order_by: ("`orderBy: { ", ": 'asc' }`"),
    in_list: "`in: values`",
    delete_list: "`deleteMany` with `in: values`",
    update_list: "`updateMany` with `in: values`",
    write_rows: "`INSERT … ON CONFLICT` of all rows in `$executeRaw`",
    update_each: "as in `UPDATE … FROM (VALUES …)` in `$executeRaw`",
    first_row: "`findFirst` with `orderBy`",
    related: "`include`",
    or: "`OR: […]`",
    count_groups: "`groupBy` with `_count`",
};

/// Drizzle.
pub const DRIZZLE: Wording = Wording {
    limit: "`.limit(50)`",
    some_limit: "`.limit(…)`",
    order: "`.orderBy(…)`",
    order_by: ("`.orderBy(table.", ")`"),
    in_list: "`inArray(column, values)`",
    delete_list: "`.delete(…).where(inArray(column, values))`",
    update_list: "`.update(…).where(inArray(column, values))`",
    write_rows: "`.insert(…).onConflictDoUpdate(…)` of all rows",
    update_each: "as in `UPDATE … FROM (VALUES …)`, or `CASE` in `.set(…)`",
    first_row: "`.orderBy(…).limit(1)`",
    related: "a join",
    or: "`or(…)`",
    count_groups: "`.groupBy(…)` with `count()`",
};

/// TypeORM.
pub const TYPEORM: Wording = Wording {
    limit: "`take: 50`",
    some_limit: "`take: …`",
    order: "`order: …`",
    order_by: ("`order: { ", ": 'ASC' }`"),
    in_list: "`In(values)`",
    delete_list: "`delete({ …: In(values) })`",
    update_list: "`update({ …: In(values) }, …)`",
    write_rows: "`upsert(rows, [key])`, or `save` of all rows",
    update_each: "as in `UPDATE … FROM (VALUES …)` in `query`",
    first_row: "`findOne` with `order`",
    related: "`relations`",
    or: "a list in `where`",
    count_groups: "a query builder with `groupBy` and `COUNT(*)`",
};

/// MikroORM.
pub const MIKRO: Wording = Wording {
    limit: "`limit: 50`",
    some_limit: "`limit: …`",
    order: "`orderBy: …`",
    order_by: ("`orderBy: { ", ": 'asc' }`"),
    in_list: "`$in: values`",
    delete_list: "`nativeDelete` with `$in: values`",
    update_list: "`nativeUpdate` with `$in: values`",
    write_rows: "`upsertMany`",
    update_each: "as in one `flush` of all changes",
    first_row: "`findOne` with `orderBy`",
    related: "`populate`",
    or: "`$or: […]`",
    count_groups: "a query builder with `groupBy` and `count(*)`",
};

/// Kysely.
pub const KYSELY: Wording = Wording {
    limit: "`.limit(50)`",
    some_limit: "`.limit(…)`",
    order: "`.orderBy(…)`",
    order_by: ("`.orderBy('", "')`"),
    in_list: "`.where(column, 'in', values)`",
    delete_list: "`.deleteFrom(…).where(column, 'in', values)`",
    update_list: "`.updateTable(…).set(…).where(column, 'in', values)`",
    write_rows: "`.insertInto(…).values(rows).onConflict(…)`",
    update_each: "as in `UPDATE … FROM (VALUES …)`, or `eb.case()` in `.set(…)`",
    first_row: "`.orderBy(…).limit(1)`",
    related: "a join, or `jsonArrayFrom(…)`",
    or: "`eb.or([…])`",
    count_groups: "`.groupBy(…)` with `eb.fn.countAll()`",
};

/// Knex.
pub const KNEX: Wording = Wording {
    limit: "`.limit(50)`",
    some_limit: "`.limit(…)`",
    order: "`.orderBy(…)`",
    order_by: ("`.orderBy('", "')`"),
    in_list: "`.whereIn(column, values)`",
    delete_list: "`.whereIn(column, values).del()`",
    update_list: "`.whereIn(column, values).update(…)`",
    write_rows: "`.insert(rows).onConflict(…).merge()`",
    update_each: "as in `UPDATE … FROM (VALUES …)`, in `.raw(…)`",
    first_row: "`.orderBy(…).first()`",
    related: "a join",
    or: "`.orWhere(…)`",
    count_groups: "`.groupBy(…)` with `.count()`",
};

/// Sequelize.
pub const SEQUELIZE: Wording = Wording {
    limit: "`limit: 50`",
    some_limit: "`limit: …`",
    order: "`order: […]`",
    order_by: ("`order: [['", "', 'ASC']]`"),
    in_list: "a list of values in `where`",
    delete_list: "`destroy` with a list in `where`",
    update_list: "`update` with a list in `where`",
    write_rows: "`bulkCreate` with `updateOnDuplicate`",
    update_each: "as in `UPDATE … FROM (VALUES …)` in `query`",
    first_row: "`findOne` with `order`",
    related: "`include`",
    or: "`[Op.or]: […]`",
    count_groups: "`count` with `group`",
};
