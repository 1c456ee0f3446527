//! What SQL text says, in types of our own: statements, expressions, queries, bodies.
//!
//! Plain owned data with spans; no foreign type and no reference into the text.

pub(crate) mod alter_table;
pub(crate) mod block;
pub(crate) mod data_type;
pub(crate) mod expression;
pub(crate) mod function;
pub(crate) mod grant;
pub(crate) mod index;
pub(crate) mod manipulation;
pub(crate) mod name;
pub(crate) mod object;
pub(crate) mod query;
pub(crate) mod role;
pub(crate) mod statement;
pub(crate) mod table;
pub(crate) mod types;
