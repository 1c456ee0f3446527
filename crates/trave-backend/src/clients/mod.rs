//! Database clients.

mod build;
pub(crate) mod drizzle;
mod entity;
pub(crate) mod given;
pub(crate) mod knex;
pub(crate) mod kysely;
pub(crate) mod mikro;
pub(crate) mod mysql2;
pub(crate) mod pg;
pub(crate) mod pg_promise;
mod placed;
pub(crate) mod postgres_js;
pub(crate) mod prisma;
pub(crate) mod sequelize;
pub(crate) mod slonik;
mod sql;
pub(crate) mod sqlite;
pub(crate) mod supabase;
pub(crate) mod typeorm;
