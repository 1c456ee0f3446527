//! Classes whose decorators declare tables: what is common to the tools that read them.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trave_source::{FileId, Origin};
use trave_ts::ir::{Call, Class, ClassId, ExprId, ExprKind, Field, TypeNote};

use super::code::{At, Code, Meaning, argument};
use super::name::{folder_of, shared};
use super::{Declared, Source};

/// Keys that are made of references to keys that are made of references: no deeper than this.
const ROUNDS_MAX: usize = 8;

/// Takes each of so many steps again until none of them changes anything.
pub(super) fn settle(count: usize, mut changes: impl FnMut(usize) -> bool) {
    for _ in 0..ROUNDS_MAX {
        let moved = (0..count).filter(|at| changes(*at)).count();
        if moved == 0 {
            return;
        }
    }
}

/// The path of a property inside an embedded one.
pub(super) fn path_of(outer: Option<&str>, property: &str) -> SmolStr {
    outer.map_or_else(|| property.into(), |outer| format!("{outer}.{property}").into())
}

/// Bases of bases: no further than this.
const BASES_MAX: usize = 16;

/// A class of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ClassAt {
    /// The module.
    pub(super) module: usize,
    /// The class in it.
    pub(super) class: ClassId,
}

/// What was said, if it means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said<T> {
    /// This.
    Known(T),
    /// Something that is not read.
    Unread,
}

/// `@Name(…)`.
#[derive(Debug, Clone)]
pub(super) struct Decorator<'a> {
    /// What it is called in its package.
    pub(super) name: SmolStr,
    /// The call.
    pub(super) at: At,
    /// The same.
    pub(super) call: &'a Call,
}

/// What is left of the type of a field when the program runs, where decorators can ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Erased {
    /// `String`.
    Text,
    /// `Number`.
    Number,
    /// `BigInt`.
    BigInt,
    /// `Boolean`.
    Boolean,
    /// `Date`.
    Date,
    /// `Buffer`, `Uint8Array`.
    Bytes,
    /// Something else.
    Other,
}

impl Decorator<'_> {
    /// An argument.
    pub(super) fn argument(&self, index: usize) -> Option<At> {
        argument(self.at, self.call, index)
    }
}

impl<'a> Code<'a> {
    /// Every class that is not part of a test.
    pub(super) fn classes(&self) -> impl Iterator<Item = (ClassAt, &'a Class)> {
        let modules = self.modules.iter().enumerate().filter(|(_, linked)| !linked.is_test);
        modules.flat_map(|(module, linked)| {
            let classes = (0..).map(ClassId).zip(&linked.module.classes);
            classes.map(move |(class, found)| (ClassAt { module, class }, found))
        })
    }

    /// A class.
    pub(super) fn class(&self, at: ClassAt) -> Option<&'a Class> {
        self.modules.get(at.module)?.module.class(at.class)
    }

    /// The class, what it extends, what that extends, as far as they are of the project.
    pub(super) fn lineage(&self, at: ClassAt) -> Vec<ClassAt> {
        let mut found = vec![at];
        while let Some(base) = found.last().and_then(|last| self.base(*last)) {
            if found.len() > BASES_MAX || found.contains(&base) {
                break;
            }
            found.push(base);
        }
        found
    }

    fn base(&self, at: ClassAt) -> Option<ClassAt> {
        let expr = self.class(at)?.extends?;
        self.as_class(At { module: at.module, expr })
    }

    /// The class that an expression means, also as what an arrow function returns.
    pub(super) fn as_class(&self, at: At) -> Option<ClassAt> {
        match self.meaning(at) {
            Meaning::Class(module, class) => Some(ClassAt { module, class }),
            Meaning::Function(module, function) => {
                match self.meaning(self.returned(module, function)?) {
                    Meaning::Class(module, class) => Some(ClassAt { module, class }),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether an expression is an object literal.
    pub(super) fn is_object(&self, at: At) -> bool {
        match self.value(at) {
            Meaning::Expr(at) => matches!(self.kind(at), Some(ExprKind::Object(_))),
            _ => false,
        }
    }

    /// Where the name of a class stands.
    pub(super) fn class_name(&self, at: ClassAt) -> Origin {
        let bindings = self.modules.get(at.module).into_iter().flat_map(|it| &it.module.bindings);
        let is_it = trave_ts::ir::BindingKind::Class(at.class);
        let named = bindings.into_iter().find(|binding| binding.kind == is_it);
        let span = named.map(|binding| binding.span);
        let whole = || self.class(at).map(|class| class.span).unwrap_or_default();
        self.place(at.module, span.unwrap_or_else(whole))
    }

    /// What the files of some classes declare.
    pub(super) fn source_of(&self, classes: &[ClassAt], declared: Declared) -> Source {
        let modules: BTreeSet<(&str, FileId)> = classes
            .iter()
            .filter_map(|at| self.modules.get(at.module))
            .map(|linked| (linked.path, linked.file))
            .collect();
        let folders = modules.iter().map(|(path, _)| folder_of(path).into());
        let folder: Option<SmolStr> =
            folders.reduce(|one: SmolStr, other: SmolStr| shared(&one, &other));
        let files = modules.iter().map(|(_, file)| *file).collect();
        Source { folder: folder.unwrap_or_default(), files, declared }
    }

    /// The decorators that come from a package.
    pub(super) fn decorators(
        &self,
        module: usize,
        decorators: &[ExprId],
        is_package: fn(&str) -> bool,
    ) -> Vec<Decorator<'a>> {
        let read = |expr: &ExprId| {
            let at = At { module, expr: *expr };
            let Some(ExprKind::Call(call)) = self.kind(at) else { return None };
            match self.callee(at, call) {
                Meaning::External(package, name) if is_package(&package) => {
                    Some(Decorator { name, at, call })
                }
                _ => None,
            }
        };
        decorators.iter().filter_map(read).collect()
    }

    /// `name` of `(it) => it.name`, or of `it.name`; also a text.
    pub(super) fn member(&self, at: At) -> Option<SmolStr> {
        let at = match self.meaning(at) {
            Meaning::Function(module, function) => self.returned(module, function)?,
            _ => at,
        };
        match self.kind(at)? {
            ExprKind::Member { property, .. } => Some(property.clone()),
            _ => self.text(at),
        }
    }

    /// What is left of the type of a field.
    pub(super) fn erased(&self, module: usize, field: &Field) -> Erased {
        let text = self.modules.get(module).map_or("", |linked| linked.text);
        let written =
            field.annotation.and_then(|span| text.get(span.start as usize..span.end as usize));
        let parts = written.unwrap_or_default().split('|').map(plain);
        let parts: Vec<&str> =
            parts.filter(|part| !matches!(*part, "" | "null" | "undefined")).collect();
        let Some(first) = parts.first().map(|part| erased_name(part)) else {
            return field
                .value
                .map_or(Erased::Other, |expr| self.erased_value(At { module, expr }));
        };
        match first {
            Erased::Other => self.erased_note(module, field.note.as_deref()),
            known if parts.iter().all(|part| erased_name(part) == known) => known,
            _ => Erased::Other,
        }
    }

    /// `name = 'x'` without an annotation tells decorators nothing, but its type is clear.
    fn erased_value(&self, at: At) -> Erased {
        if self.text(at).is_some() {
            Erased::Text
        } else if self.number(at).is_some() {
            Erased::Number
        } else if self.truth(at).is_some() {
            Erased::Boolean
        } else if self.is_new_date(at) {
            Erased::Date
        } else {
            Erased::Other
        }
    }

    fn is_new_date(&self, at: At) -> bool {
        let Some(ExprKind::New(call)) = self.kind(at) else { return false };
        let callee = self.kind(At { expr: call.callee, ..at });
        matches!(callee, Some(ExprKind::Global(name)) if name == "Date")
    }

    /// The class that a field is annotated with, also in `Ref<X>` or beside `null`, or that
    /// `new Collection<X>(this)` holds.
    pub(super) fn annotated_class(&self, class: ClassAt, field: &Field) -> Option<ClassAt> {
        let held = || {
            let at = At { module: class.module, expr: field.value? };
            match self.kind(at)? {
                ExprKind::New(call) => call.type_args.first(),
                _ => None,
            }
        };
        let note = field.note.as_deref().or_else(held);
        let TypeNote::Named { binding, args, .. } = note? else { return None };
        let named = match args.first() {
            Some(TypeNote::Named { binding, .. }) => *binding,
            _ => *binding,
        };
        match self.named(class.module, named?) {
            Meaning::Class(module, class) => Some(ClassAt { module, class }),
            _ => None,
        }
    }

    /// Enums are what their members are.
    fn erased_note(&self, module: usize, note: Option<&TypeNote>) -> Erased {
        let Some(TypeNote::Named { binding: Some(binding), .. }) = note else {
            return Erased::Other;
        };
        let Meaning::Expr(at) = self.named(module, *binding) else { return Erased::Other };
        let fields = self.fields(at);
        let all = |is: &dyn Fn(At) -> bool| {
            !fields.is_empty() && fields.iter().all(|(_, value)| is(*value))
        };
        if all(&|at| self.text(at).is_some()) {
            Erased::Text
        } else if all(&|at| self.number(at).is_some()) {
            Erased::Number
        } else {
            Erased::Other
        }
    }

    /// The values of an enum or an array as texts: numbers as they are printed.
    pub(super) fn values_of(&self, at: At) -> Option<Vec<SmolStr>> {
        let value = |at: At| self.text(at).or_else(|| self.number(at).map(SmolStr::from));
        if let Some(texts) = self.texts(at) {
            return Some(texts);
        }
        if let Some(items) = self.items(at) {
            return items.into_iter().map(value).collect();
        }
        let fields = self.fields(at);
        let values: Option<Vec<SmolStr>> = fields.into_iter().map(|(_, at)| value(at)).collect();
        values.filter(|values| !values.is_empty())
    }
}

/// The options that a decorator is given.
#[derive(Clone, Copy)]
pub(super) struct Options<'a, 'c> {
    /// The modules.
    pub(super) code: &'a Code<'c>,
    /// The object literal, if one was written.
    pub(super) at: Option<At>,
}

impl<'a, 'c> Options<'a, 'c> {
    /// Nothing was said.
    pub(super) fn none(code: &'a Code<'c>) -> Self {
        Self { code, at: None }
    }
}

impl Options<'_, '_> {
    /// The value of an option.
    pub(super) fn field(&self, name: &str) -> Option<At> {
        self.code.field(self.at?, name)
    }

    /// An option that is a text.
    pub(super) fn text(&self, name: &str) -> Option<smol_str::SmolStr> {
        self.code.text(self.field(name)?)
    }

    /// An option that is `true` or `false`.
    pub(super) fn truth(&self, name: &str) -> Option<bool> {
        self.code.truth(self.field(name)?)
    }

    /// Whether an option is `true`.
    pub(super) fn is(&self, name: &str) -> bool {
        self.truth(name) == Some(true)
    }

    /// An option that is a whole number, also as a text.
    pub(super) fn number(&self, name: &str) -> Option<String> {
        let at = self.field(name)?;
        let words = || self.code.text(at).map(|text| text.to_string());
        let number = self.code.number(at).or_else(words)?;
        number
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then_some(number)
            .filter(|it| !it.is_empty())
    }

    /// `(20)` or `(10,2)`.
    pub(super) fn size(&self) -> String {
        match (self.number("length"), self.number("precision"), self.number("scale")) {
            (Some(length), ..) => format!("({length})"),
            (None, Some(precision), Some(scale)) => format!("({precision},{scale})"),
            (None, Some(precision), None) => format!("({precision})"),
            _ => String::new(),
        }
    }
}

/// One alternative of a type, without the marks that only a compiler reads: `string & Opt`.
fn plain(written: &str) -> &str {
    let first = written.split('&').next().unwrap_or(written).trim();
    let inner = first.strip_prefix("Opt<").and_then(|rest| rest.strip_suffix('>'));
    inner.unwrap_or(first).trim()
}

/// One alternative of a type.
fn erased_name(written: &str) -> Erased {
    match written {
        "string" | "String" => Erased::Text,
        "number" | "Number" => Erased::Number,
        "bigint" | "BigInt" => Erased::BigInt,
        "boolean" | "Boolean" | "true" | "false" => Erased::Boolean,
        "Date" => Erased::Date,
        "Buffer" | "Uint8Array" => Erased::Bytes,
        _ if written.starts_with(['\'', '"', '`']) => Erased::Text,
        _ if written.parse::<f64>().is_ok() => Erased::Number,
        _ => Erased::Other,
    }
}
