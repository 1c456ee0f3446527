//! Every library model, in the order in which they are asked.

use crate::clients::supabase::Supabase;
use crate::env::Env;
use crate::frameworks::next::Next;
use crate::frameworks::web::Web;
use crate::library::Library;

static LIBRARIES: &[&dyn Library] = &[&Supabase, &Next, &Web, &Env];

/// Every library that is known.
pub fn libraries() -> &'static [&'static dyn Library] {
    LIBRARIES
}
