//! What an evaluator knows, apart from what it is doing: others begin with it.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use trave_backend::dispatch::Provided;
use trave_backend::value::Value;
use trave_source::FileId;
use trave_ts::ir::{ExprId, Module};

use super::class::ClassRef;
use super::frame::{Closure, Frame, FrameId, Instance};
use super::memo::Memo;
use super::provide::Token;
use super::{Evaluator, ModuleId, Watched};

/// Everything that the ids in values of an evaluator refer to, with what its functions gave.
///
/// It borrows nothing of the program, and holds for as long as what was asked until it was taken
/// is as it was.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    frames: Vec<Frame>,
    closures: Vec<Closure>,
    instances: Vec<Instance>,
    module_frames: FxHashMap<ModuleId, FrameId>,
    branch_next: u32,
    foreign_calls: FxHashSet<(FileId, u32)>,
    memo: Memo,
    globals: FxHashMap<SmolStr, Value>,
    objects_made: u32,
    default_exports: FxHashMap<(ModuleId, ExprId), Value>,
    is_bound: bool,
    typed: Vec<(ClassRef, Option<Value>)>,
    typing: u32,
    tokens: Option<Arc<Vec<(Token, ModuleId, Provided)>>>,
}

impl Snapshot {
    /// Takes what an evaluator knows at its end.
    pub(super) fn of(evaluator: Evaluator<'_>) -> Self {
        Self {
            frames: evaluator.frames,
            closures: evaluator.closures,
            instances: evaluator.instances,
            module_frames: evaluator.module_frames,
            branch_next: evaluator.branch_next,
            foreign_calls: evaluator.foreign_calls,
            memo: evaluator.memo,
            globals: evaluator.globals,
            objects_made: evaluator.objects_made,
            default_exports: evaluator.default_exports,
            is_bound: evaluator.is_bound,
            typed: evaluator.typed,
            typing: evaluator.typing,
            tokens: evaluator.tokens,
        }
    }

    /// How many frames there are.
    pub(super) fn frames(&self) -> usize {
        self.frames.len()
    }

    /// An evaluator that knows all this, and stands in a module.
    pub(super) fn evaluator<'p>(
        &self,
        cx: &'p Watched<'p>,
        (module, id): (&'p Module, ModuleId),
    ) -> Evaluator<'p> {
        let known = self.clone();
        Evaluator {
            frames: known.frames,
            closures: known.closures,
            instances: known.instances,
            module_frames: known.module_frames,
            branch_next: known.branch_next,
            foreign_calls: known.foreign_calls,
            memo: known.memo,
            globals: known.globals,
            objects_made: known.objects_made,
            default_exports: known.default_exports,
            is_bound: known.is_bound,
            typed: known.typed,
            typing: known.typing,
            tokens: known.tokens,
            ..Evaluator::new(cx, module, id)
        }
    }
}
