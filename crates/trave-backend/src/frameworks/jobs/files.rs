//! Jobs that are known by what a file exports: processors that a worker loads by their path, tasks
//! of a folder, and what Deno runs at set times.

use trave_ts::ir::{BindingKind, Export, Exported, Expr, ExprId, ExprKind, Module, TypeNote};

use super::anything;
use crate::entry::{Entry, EntryKind, Handler};
use crate::frameworks::syntax::{
    Located, export, export_origin, exported_function, imported, initial_value,
};

/// Types of the first parameter of a function that is a job, each with its package.
const PARAMS: [(&str, &str); 3] = [("bullmq", "SandboxedJob"), ("bullmq", "Job"), ("bull", "Job")];

/// Types of a constant that is a job.
const TYPES: [(&str, &str); 2] = [("graphile-worker", "Task"), ("bullmq", "Processor")];

/// The jobs that a file declares; none when it declares none.
pub(crate) fn entries(module: &Module, path: &str) -> Option<Vec<Entry>> {
    let mut found: Vec<Entry> = processor(module, path).into_iter().collect();
    found.extend(module.exprs.iter().filter_map(|expr| deno_cron(module, expr)));
    (!found.is_empty()).then_some(found)
}

fn job((by, path): (&str, &str), entry: Entry) -> Entry {
    entry.of_kind(EntryKind::Job).at(by, path).given(vec![anything(), anything()])
}

/// `export default async function (job: SandboxedJob)`, or a constant of type `Task` that is the
/// default export.
fn processor(module: &Module, path: &str) -> Option<Entry> {
    let export = export(module, "default")?;
    let by_type = || type_among(module, declared_type(module, export)?, &TYPES);
    let framework = by_parameter(module, export).or_else(by_type)?;
    let name = Located::new(path)?.name;
    let handler = Handler::Export(export.name.clone());
    let entry = Entry::new(framework, handler, export_origin(module, export));
    Some(job(("process", name), entry))
}

/// The framework of a function whose first parameter is a job.
fn by_parameter(module: &Module, export: &Export) -> Option<&'static str> {
    let function = exported_function(module, export)?;
    let note = module.function(function)?.params.first()?.note.as_deref()?;
    type_among(module, note, &PARAMS)
}

fn declared_type<'m>(module: &'m Module, export: &Export) -> Option<&'m TypeNote> {
    let Exported::Binding(id) = export.what else { return None };
    module.binding(id)?.note.as_deref()
}

/// The package of a type that is imported, if it is one of these.
fn type_among(
    module: &Module,
    note: &TypeNote,
    types: &[(&'static str, &str)],
) -> Option<&'static str> {
    let TypeNote::Named { binding, .. } = note else { return None };
    let (package, name) = imported(module, module.binding((*binding)?)?)?;
    types.iter().find(|known| known.0 == package && known.1 == name).map(|known| known.0)
}

/// `Deno.cron(name, schedule, options?, function)`.
fn deno_cron(module: &Module, expr: &Expr) -> Option<Entry> {
    let ExprKind::Call(call) = &expr.kind else { return None };
    let ExprKind::Member { object, property, .. } = &module.expr(call.callee)?.kind else {
        return None;
    };
    let is_deno = matches!(&module.expr(*object)?.kind, ExprKind::Global(name) if name == "Deno");
    if !is_deno || property != "cron" {
        return None;
    }
    let handler = call.args.iter().map(|it| it.value).rfind(|it| is_function(module, *it))?;
    let name = match &module.expr(call.args.first()?.value)?.kind {
        ExprKind::String(text) => text.clone(),
        _ => "*".into(),
    };
    let entry = Entry::new("deno", Handler::Expr(handler), expr.span.in_file(module.file));
    Some(job(("schedule", &name), entry))
}

fn is_function(module: &Module, id: ExprId) -> bool {
    match module.expr(id).map(|expr| &expr.kind) {
        Some(ExprKind::Function(_)) => true,
        Some(ExprKind::Name(name)) => module.binding(*name).is_some_and(|binding| {
            matches!(binding.kind, BindingKind::Function(_))
                || initial_value(module, binding).is_some_and(|value| is_function(module, value))
        }),
        _ => false,
    }
}
