//! `#[rule]` ties a function to its page, `catalog!` lists the rules of a crate.
//!
//! `#[rule]` on `fn open_table(table: &Table, cx: &mut Context)` in `src/rls/open_table.rs` keeps
//! the function and adds, with everything from `rules/rls/open-table.md`:
//!
//! ```text
//! pub(crate) static RULE: Rule = Rule {
//!     meta: Meta { id: "rls/open-table", level: Level::Error, page: include_str!(…), … },
//!     check: |model, cx| for subject in <Table as Subject>::all(model) {
//!         cx.enter(subject.place());
//!         open_table(subject, cx);
//!     },
//! };
//! #[cfg(test)]
//! mod page {
//!     #[test] fn bad_line_14() { … }      // one per example
//!     #[test] fn report() { … }           // the stored terminal text
//! }
//! ```
//!
//! `catalog!(rls, index)`, in the root of the crate, lists `src/rls` and `src/index`:
//!
//! ```text
//! mod rls { pub(crate) mod open_table; … }
//! pub static RULES: &[&Rule] = &[&rls::open_table::RULE, …];
//! ```
//!
//! The modules are plain `mod name;`, so that editors see them. Both macros read files of the
//! crate that uses them: its build script has to name `src` and `rules`.

mod catalog;
mod place;
mod rule;

use proc_macro::TokenStream;

/// Makes a function a rule. Its page is `rules/<folder of the file>/<name of the function>.md`.
#[proc_macro_attribute]
pub fn rule(arguments: TokenStream, function: TokenStream) -> TokenStream {
    let place = place::Place::of_call();
    rule::expand(&arguments.into(), &function.into(), &place).into()
}

/// Declares one module per file of the named folders, and `RULES`, every rule sorted by its id.
#[proc_macro]
pub fn catalog(families: TokenStream) -> TokenStream {
    let place = place::Place::of_call();
    catalog::expand(families.into(), &place).into()
}
