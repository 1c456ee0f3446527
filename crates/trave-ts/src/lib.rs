//! TypeScript and JavaScript behind types of our own.
//!
//! tree-sitter reads a file, this crate lowers it into an [`ir::Module`], and the tree is gone.

mod component;
pub mod ir;

mod kind;
mod literal;
mod lower;
mod mask;
mod parse;
mod print;
mod tree;

pub use parse::parse;
pub use print::print;
