//! How long a stored entry lives: each Redis client spells it differently, and ignores the
//! spelling of the others.

use smol_str::SmolStr;

use crate::effect::TimeUnit;
use crate::library::LibraryCall;
use crate::value::{Shape, Value};

/// How a client spells the options of `set`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `set(key, value, 'EX', 60)`.
    Positional,
    /// `set(key, value, { EX: 60 })`.
    UpperCase,
    /// `set(key, value, { ex: 60 })`.
    LowerCase,
}

/// What the options of `set` say.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Expiry {
    /// The time to live.
    pub(super) ttl: Option<Value>,
    /// What that is counted in.
    pub(super) unit: Option<TimeUnit>,
    /// Nothing could hide another expiry.
    pub(super) known: bool,
    /// Stored only when missing: a lock.
    pub(super) if_missing: bool,
}

/// Reads the options of `set(key, value, …)`.
pub(super) fn expiry(call: &LibraryCall<'_>, dialect: Dialect) -> Expiry {
    let options = call.args.get(2..).unwrap_or_default();
    match dialect {
        Dialect::Positional => positional(options),
        Dialect::UpperCase => object(options, str::to_owned),
        Dialect::LowerCase => object(options, str::to_ascii_lowercase),
    }
}

const NAMES: &[&str] = &["EX", "PX", "EXAT", "PXAT"];

fn positional(options: &[Value]) -> Expiry {
    let mut expiry = Expiry { known: true, ..Expiry::default() };
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        let word = match &option.shape {
            Shape::Text(word) => word.to_ascii_uppercase(),
            // An object is sent as text and sets nothing.
            Shape::Object(_) | Shape::Number(_) | Shape::Function(_) => continue,
            _ => {
                expiry.known = false;
                continue;
            }
        };
        match word.as_str() {
            word if NAMES.contains(&word) => {
                (expiry.ttl, expiry.unit) = (rest.next().cloned(), unit_of(word));
            }
            "NX" => expiry.if_missing = true,
            "KEEPTTL" => expiry.known = false,
            _ => {}
        }
    }
    expiry
}

fn object(options: &[Value], spelled: impl Fn(&str) -> String) -> Expiry {
    let Some(options) = options.first() else {
        return Expiry { known: true, ..Expiry::default() };
    };
    let known = match &options.shape {
        Shape::Object(object) => object.rest.is_none(),
        Shape::Undefined | Shape::Text(_) | Shape::Number(_) => true,
        _ => false,
    };
    let named = |name: &str| options.field(&spelled(name)).filter(|value| is_given(value)).cloned();
    let direct = NAMES.iter().find_map(|name| Some((named(name)?, unit_of(name))));
    let nested = options.field("expiration").and_then(|expiration| expiration.field("value"));
    let condition = options.field("condition").and_then(Value::as_text);
    let nested = || Some((nested?.clone(), None));
    let (ttl, unit) = direct.or_else(nested).unzip();
    Expiry {
        ttl,
        unit: unit.flatten(),
        known: known && named("KEEPTTL").is_none() && options.field("keepTtl").is_none(),
        if_missing: named("NX").is_some() || condition == Some("NX"),
    }
}

/// What a command or an option counts a time to live in; a point in time is none.
pub(super) fn unit_of(name: &str) -> Option<TimeUnit> {
    match name.to_ascii_lowercase().as_str() {
        "ex" | "setex" | "expire" => Some(TimeUnit::Seconds),
        "px" | "psetex" | "pexpire" => Some(TimeUnit::Milliseconds),
        _ => None,
    }
}

fn is_given(value: &Value) -> bool {
    !matches!(value.shape, Shape::Undefined | Shape::Null | Shape::Bool(false))
}

/// A command's name without regard to case: `setEx` and `setex` are one.
pub(super) fn command_name(method: &str) -> SmolStr {
    SmolStr::new(method.to_ascii_lowercase())
}
