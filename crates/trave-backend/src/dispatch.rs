//! How a framework runs a way in that a file declares: what stands before the handler, what the
//! handler is given, the handler, and what becomes of what it returns.

use smol_str::SmolStr;
use trave_source::Origin;
use trave_ts::ir::ExprId;

use crate::value::Value;

/// A way in that is about to be taken.
#[derive(Debug)]
pub struct Dispatch<'a> {
    /// The method or kind, as the entry says.
    pub method: &'a str,
    /// The path, as the framework spells it.
    pub path: &'a str,
    /// A path that it may be asked for by.
    pub sample: &'a str,
    /// What runs.
    pub handler: &'a Value,
    /// Where it stands.
    pub origin: Origin,
    /// What it is given as it stands.
    pub params: &'a [Value],
    /// What the framework runs before the ways in of its application, in the order of the files.
    pub before: &'a [Value],
    /// What decorates the handler, if it is a method.
    pub decorated: &'a Decorated,
}

/// The decorators around a method, as values.
#[derive(Debug, Clone, Default)]
pub struct Decorated {
    /// Those of its class.
    pub class: Vec<Value>,
    /// Its own.
    pub method: Vec<Value>,
    /// Its parameters.
    pub params: Vec<Parameter>,
}

/// A parameter with its decorators.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: SmolStr,
    /// Its decorators.
    pub decorators: Vec<Value>,
    /// What its type says that it is.
    pub typed: Option<Value>,
    /// The name of its type, as written.
    pub type_name: SmolStr,
}

/// A field of a class with its decorators.
#[derive(Debug, Clone)]
pub struct DecoratedField {
    /// Its name.
    pub name: SmolStr,
    /// Its decorators.
    pub decorators: Vec<Value>,
    /// The name of its type, as written.
    pub type_name: SmolStr,
    /// `name?: T`.
    pub optional: bool,
}

/// What a framework hands to a constructor that asks for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provided {
    /// What is asked for: a class or a text.
    pub token: ExprId,
    /// What is handed over.
    pub made: ExprId,
    /// How that is made.
    pub how: How,
}

/// How something is made that is handed to a constructor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// An object of a class.
    Class,
    /// It is a value already.
    Value,
    /// What a function returns.
    Factory,
}

/// What a decorator of a parameter says that is handed to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Injected {
    /// This.
    Value(Value),
    /// What something provides for this token.
    Token(Value),
}
