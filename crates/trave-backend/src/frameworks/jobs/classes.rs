//! Jobs that are classes: `class CleanupTask extends BaseTask { perform() … }`. A worker makes an
//! object of the class whose name stands in the queue, and tells it to do its work.

use trave_ts::ir::{Class, ExprKind, Method, Module};

use super::anything;
use crate::entry::{Entry, EntryKind, Handler};

/// The list of routes knows no framework behind them.
const NAME: &str = "class";

/// How the class and the one that it extends are named, with the methods that do the work.
const KINDS: [(&str, &[&str]); 3] = [
    ("Task", &["perform", "execute"]),
    ("Job", &["perform", "execute", "handle"]),
    ("Processor", &["perform"]),
];

/// The jobs that the classes of a file are; none when none is one.
pub(crate) fn entries(module: &Module, _path: &str) -> Option<Vec<Entry>> {
    let jobs = module.classes.iter().filter_map(|class| job(module, class));
    let found: Vec<Entry> = jobs.collect();
    (!found.is_empty()).then_some(found)
}

fn job(module: &Module, class: &Class) -> Option<Entry> {
    let name = class.name.as_ref()?;
    let base = named_base(module, class)?;
    let ends = |kind: &str| name.ends_with(kind) && base.ends_with(kind);
    let (_, methods) = KINDS.iter().find(|(kind, _)| ends(kind))?;
    let does = |method: &&Method| {
        let is_plain = !method.is_static && !method.is_getter && method.decorators.is_empty();
        is_plain && methods.contains(&method.name.as_str())
    };
    let method = class.methods.iter().find(does)?;
    let origin = module.function(method.function)?.span.in_file(module.file);
    let entry = Entry::new(NAME, Handler::Function(method.function), origin);
    let entry = entry.of_kind(EntryKind::Job).at("process", name.clone());
    Some(entry.given(vec![anything(), anything()]))
}

/// The name of what a class extends, if that is a class of a module.
fn named_base<'m>(module: &'m Module, class: &Class) -> Option<&'m str> {
    match &module.expr(class.extends?)?.kind {
        ExprKind::Name(binding) => Some(&module.binding(*binding)?.name),
        ExprKind::Member { object, property, .. } => {
            matches!(module.expr(*object)?.kind, ExprKind::Name(_)).then_some(property)
        }
        _ => None,
    }
}
