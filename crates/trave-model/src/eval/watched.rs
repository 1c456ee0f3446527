//! The program while it is watched: what an evaluation asks of it is noted, so that its outcome
//! can be kept for as long as it would get the same answers.
//!
//! An evaluator has no other way to the program: whatever it may ask is a method here, and each
//! notes the module whose content is the answer, or the question with its answer.

use std::cell::{Cell, RefCell};
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_backend::declared::{TableName, Tool};
use trave_backend::dispatch::Provided;
use trave_backend::entry::{Entry as WayIn, EntryKind};
use trave_backend::library::{Dialect, Library};
use trave_backend::naming::NamedTable;
use trave_catalog::QualifiedName;
use trave_source::{FileId, Origin, Source};
use trave_ts::ir::{BindingId, Export, Module, Stmt};

use super::context::{Context, ModuleId};

/// The program as one evaluation sees it.
pub(crate) struct Watched<'p> {
    cx: &'p Context<'p>,
    /// By number, whether something of a module was asked for; empty when nobody wants to know.
    modules: Vec<Cell<bool>>,
    answers: RefCell<FxHashMap<Question, Answer>>,
}

/// Whether what evaluations ask is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watch {
    /// It is.
    Notes,
    /// Nobody wants to know.
    Nothing,
}

/// What an evaluation asked, beside the content of modules.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Question {
    Known(FileId, SmolStr),
    Spelled(FileId, SmolStr),
    Columns(FileId, SmolStr),
    Dialect(FileId),
    Hides(FileId, QualifiedName),
    Named(FileId, Tool, SmolStr),
    Declared(FileId, Tool, TableName),
    Implementer(ModuleId, SmolStr),
    ImplementerOfUnread(SmolStr, SmolStr),
    Auto(ModuleId, SmolStr),
    Outer(FileId, &'static str, EntryKind),
    Provided,
}

/// What it was told.
#[derive(Debug, Clone, PartialEq)]
enum Answer {
    Bool(Option<bool>),
    Spelled(Option<(SmolStr, Vec<SmolStr>)>),
    Columns(Option<Vec<SmolStr>>),
    Dialect(Dialect),
    Table(Option<Arc<NamedTable>>),
    Class(Option<(ModuleId, BindingId)>),
    Module(Option<ModuleId>),
    Modules(Vec<ModuleId>),
}

/// Everything that an evaluation asked.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// The modules of which something was asked for, in order.
    pub(crate) modules: Vec<ModuleId>,
    answers: Vec<(Question, Answer)>,
}

impl Asked {
    /// Whether another program gives the same answers, the content of modules aside.
    pub(crate) fn is_answered_by(&self, cx: &Context<'_>) -> bool {
        self.answers.iter().all(|(question, answer)| cx.answer(question) == *answer)
    }
}

impl Context<'_> {
    fn answer(&self, question: &Question) -> Answer {
        match question {
            Question::Known(file, name) => Answer::Bool(self.knows_table(*file, name)),
            Question::Spelled(file, name) => Answer::Spelled(self.spelled(*file, name)),
            Question::Columns(file, name) => Answer::Columns(self.columns(*file, name)),
            Question::Dialect(file) => Answer::Dialect(self.dialect(*file)),
            Question::Hides(file, name) => Answer::Bool(Some(self.hides(*file, name))),
            Question::Named(file, tool, name) => {
                Answer::Table(self.names.named(self.root_of(*file), (*tool, name)))
            }
            Question::Declared(file, tool, table) => {
                Answer::Table(self.names.declared(self.root_of(*file), (*tool, table)))
            }
            Question::Implementer(module, name) => Answer::Class(self.implementer(*module, name)),
            Question::ImplementerOfUnread(from, name) => {
                Answer::Class(self.implementer_of_unread(from, name))
            }
            Question::Auto(module, name) => Answer::Module(self.auto_import(*module, name)),
            Question::Outer(file, framework, kind) => {
                let outer = self.outer_of(*file, (framework, *kind));
                Answer::Modules(outer.map(|(id, _)| *id).collect())
            }
            Question::Provided => {
                Answer::Modules(self.provided().iter().map(|(id, _)| *id).collect())
            }
        }
    }
}

impl<'p> Watched<'p> {
    pub(crate) fn new(cx: &'p Context<'p>, watch: Watch) -> Self {
        let count = if watch == Watch::Notes { cx.modules_max() } else { 0 };
        let modules = vec![Cell::new(false); count];
        Self { cx, modules, answers: RefCell::default() }
    }

    /// Everything that was asked.
    pub(crate) fn into_asked(self) -> Asked {
        let numbered = (0..).map(ModuleId).zip(&self.modules);
        let modules = numbered.filter(|(_, asked)| asked.get()).map(|(id, _)| id).collect();
        Asked { modules, answers: self.answers.into_inner().into_iter().collect() }
    }

    fn note(&self, module: ModuleId) {
        if let Some(asked) = self.modules.get(module.0 as usize) {
            asked.set(true);
        }
    }

    /// Notes a question that has no module's content as its answer.
    fn ask(&self, question: Question) {
        if self.modules.is_empty() {
            return;
        }
        if let Entry::Vacant(place) = self.answers.borrow_mut().entry(question) {
            let answer = self.cx.answer(place.key());
            place.insert(answer);
        }
    }

    pub(crate) fn module(&self, id: ModuleId) -> Option<&'p Module> {
        self.note(id);
        self.cx.module(id)
    }

    pub(crate) fn module_of(&self, file: FileId) -> Option<ModuleId> {
        self.note(ModuleId::of(file));
        self.cx.module_of(file)
    }

    pub(crate) fn source(&self, file: FileId) -> Option<&'p Source> {
        self.note(ModuleId::of(file));
        self.cx.program.sources.get(file)
    }

    pub(crate) fn path(&self, file: FileId) -> &'p str {
        self.cx.program.sources.path(file)
    }

    pub(crate) fn imported(&self, file: FileId, specifier: &SmolStr) -> Option<ModuleId> {
        self.note(ModuleId::of(file));
        self.cx.imported(file, specifier)
    }

    pub(crate) fn is_own(&self, file: FileId, specifier: &SmolStr) -> bool {
        self.note(ModuleId::of(file));
        self.cx.is_own(file, specifier)
    }

    pub(crate) fn export(&self, module: ModuleId, name: &str) -> Option<&'p Export> {
        self.note(module);
        self.cx.export(module, name)
    }

    pub(crate) fn star_exports(&self, module: ModuleId) -> Vec<&'p Export> {
        self.note(module);
        self.cx.star_exports(module)
    }

    pub(crate) fn declaration(&self, module: ModuleId, binding: BindingId) -> Option<&'p Stmt> {
        self.note(module);
        self.cx.declaration(module, binding)
    }

    pub(crate) fn place_in(&self, object: Origin, path: &[&str]) -> Option<Origin> {
        self.note(ModuleId::of(object.file));
        self.cx.place_in(object, path)
    }

    pub(crate) fn provided(&self) -> &'p [(ModuleId, Provided)] {
        self.ask(Question::Provided);
        let provided = self.cx.provided();
        for (id, _) in provided {
            self.note(*id);
        }
        provided
    }

    pub(crate) fn outer(&self, entry: &WayIn) -> impl Iterator<Item = &'p (ModuleId, WayIn)> {
        let (file, framework, kind) = (entry.origin.file, entry.framework, entry.kind);
        self.ask(Question::Outer(file, framework, kind));
        let found = self.cx.outer_of(file, (framework, kind));
        found.inspect(move |(id, _)| self.note(*id))
    }

    pub(crate) fn auto_import(&self, from: ModuleId, name: &str) -> Option<ModuleId> {
        self.ask(Question::Auto(from, name.into()));
        self.cx.auto_import(from, name)
    }

    pub(crate) fn implementer(
        &self,
        module: ModuleId,
        interface: &str,
    ) -> Option<(ModuleId, BindingId)> {
        self.ask(Question::Implementer(module, interface.into()));
        self.cx.implementer(module, interface)
    }

    pub(crate) fn implementer_of_unread(
        &self,
        specifier: &str,
        interface: &str,
    ) -> Option<(ModuleId, BindingId)> {
        self.ask(Question::ImplementerOfUnread(specifier.into(), interface.into()));
        self.cx.implementer_of_unread(specifier, interface)
    }

    pub(crate) fn knows_table(&self, file: FileId, name: &str) -> Option<bool> {
        self.ask(Question::Known(file, name.into()));
        self.cx.knows_table(file, name)
    }

    pub(crate) fn spelled(&self, file: FileId, name: &str) -> Option<(SmolStr, Vec<SmolStr>)> {
        self.ask(Question::Spelled(file, name.into()));
        self.cx.spelled(file, name)
    }

    pub(crate) fn columns(&self, file: FileId, name: &str) -> Option<Vec<SmolStr>> {
        self.ask(Question::Columns(file, name.into()));
        self.cx.columns(file, name)
    }

    pub(crate) fn dialect(&self, file: FileId) -> Dialect {
        self.ask(Question::Dialect(file));
        self.cx.dialect(file)
    }

    pub(crate) fn hides(&self, file: FileId, name: &QualifiedName) -> bool {
        self.ask(Question::Hides(file, name.clone()));
        self.cx.hides(file, name)
    }

    pub(crate) fn named(
        &self,
        file: FileId,
        (tool, name): (Tool, &str),
    ) -> Option<Arc<NamedTable>> {
        self.ask(Question::Named(file, tool, name.into()));
        self.cx.names.named(self.cx.root_of(file), (tool, name))
    }

    pub(crate) fn declared(
        &self,
        file: FileId,
        (tool, table): (Tool, &TableName),
    ) -> Option<Arc<NamedTable>> {
        self.ask(Question::Declared(file, tool, table.clone()));
        self.cx.names.declared(self.cx.root_of(file), (tool, table))
    }

    /// What packages are there, and what is known of libraries, stays as long as a session's
    /// folders do: nothing is noted of it.
    pub(crate) fn package_major(&self, file: FileId, dependency: &str) -> Option<u32> {
        self.cx.package_major(file, dependency)
    }

    pub(crate) fn library(&self, name: &str) -> Option<&'static dyn Library> {
        self.cx.library(name)
    }

    pub(crate) fn libraries(&self) -> &'static [&'static dyn Library] {
        self.cx.libraries()
    }

    pub(crate) fn registers(&self, package: &str) -> bool {
        self.cx.registers(package)
    }

    pub(crate) fn makes_apps(&self, package: &str, name: &str) -> bool {
        self.cx.makes_apps(package, name)
    }
}
