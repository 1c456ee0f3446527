//! Database clients.

pub(crate) mod supabase;
