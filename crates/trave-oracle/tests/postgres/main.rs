//! What trave makes of migrations is what PostgreSQL makes of them: the same statements go to a
//! real server, and both catalogs are compared.
#![cfg(unix)]
#![expect(
    clippy::unnecessary_wraps,
    reason = "each kind of statement may find nothing to be about, or not"
)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on fails"
)]

mod cases;
mod compare;
mod connection;
mod database;
mod generate;
mod property;
mod report;
mod server;
mod shrink;
mod unchanged;
