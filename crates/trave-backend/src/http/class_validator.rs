//! `class-validator`: decorators of fields that say what a value must be.

use std::sync::Arc;

use crate::library::{Library, LibraryCall, Machine};
use crate::value::{LibraryValue, SchemaKind, SchemaShape, Shape, Value};

use super::schema::{at_least, at_most, choice, of_kind};

const NAME: &str = "class-validator";

/// The model of `class-validator`.
#[derive(Debug)]
pub(crate) struct ClassValidator;

impl Library for ClassValidator {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let own = matches!(package, "class-validator" | "class-transformer");
        own.then(|| LibraryValue::new(NAME, "export").named(name).into_value())
    }

    fn call(&self, call: &LibraryCall<'_>, _machine: &mut dyn Machine) -> Option<Value> {
        let shape = promise(call)?;
        let promise = Value::of(Shape::Validated(Arc::new(Value::undefined()), Arc::new(shape)));
        Some(LibraryValue::new(NAME, "check").with("promise", promise).into_value())
    }
}

/// What a decorator promises of its field; none for one that checks nothing.
fn promise(call: &LibraryCall<'_>) -> Option<SchemaShape> {
    let any = of_kind(SchemaKind::Any);
    Some(match call.callee.name.as_str() {
        "IsString" | "IsUUID" | "IsEmail" | "IsUrl" | "IsDateString" | "IsISO8601" | "Matches"
        | "IsAlphanumeric" | "IsMongoId" | "IsUrlSafe" => of_kind(SchemaKind::Text),
        "MaxLength" => at_most(of_kind(SchemaKind::Text), &call.arg(0)),
        "Length" => at_most(of_kind(SchemaKind::Text), &call.arg(1)),
        "MinLength" => at_least(of_kind(SchemaKind::Text), &call.arg(0)),
        "IsInt" | "IsNumber" | "IsPositive" | "IsNumberString" => of_kind(SchemaKind::Number),
        "Max" => at_most(of_kind(SchemaKind::Number), &call.arg(0)),
        "Min" => at_least(of_kind(SchemaKind::Number), &call.arg(0)),
        "IsBoolean" => of_kind(SchemaKind::Bool),
        "IsEnum" | "IsIn" => choice(&call.arg(0)),
        "IsOptional" => SchemaShape { optional: true, ..any },
        "IsDate" | "IsObject" | "ValidateNested" | "IsArray" | "ArrayMaxSize" | "IsNotEmpty"
        | "IsDefined" | "Allow" | "Validate" | "ValidateIf" => any,
        _ => return None,
    })
}
