//! Runs functions of the program symbolically: values instead of data, effects instead of I/O.
//!
//! One [`Evaluator`] runs one way in with everything it calls. Both branches of a condition run,
//! loops run once, calls of the project's own functions are followed with the values they get.
//! Libraries are asked through [`Library`]; what nobody knows is unknown, never an error.
//!
//! [`Library`]: trave_backend::library::Library

mod builtins;
mod call;
mod chain;
mod claims;
mod class;
mod code_names;
mod context;
mod discover;
mod dispatch;
mod expr;
mod facts;
mod fate;
mod frame;
mod guard;
mod guess;
mod held;
mod implements;
mod invoke;
mod loops;
mod machine;
mod made;
mod member;
mod memo;
mod names;
mod narrow;
mod operator;
mod pattern;
mod place;
mod proof;
mod provide;
mod quiet;
mod read_through;
mod registry;
mod rows;
mod run;
mod setting;
mod snapshot;
mod starters;
mod stmt;
mod trace;
mod typed;
mod watched;
mod words;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use trave_backend::dispatch::Provided;
use trave_backend::effect::Effect;
use trave_backend::library::{Machine, PutOff};
use trave_backend::value::{ClosureId, Taint, Value};
use trave_source::{FileId, Origin, Span};
use trave_ts::ir::{Expr, ExprId, FunctionId, Module};

pub(crate) use chain::{Linked, Served};
pub(crate) use context::{Context, FunctionKey, ModuleId};
pub(crate) use discover::{Plan, Searched, Task, discover, run_served};
pub(crate) use facts::Facts;
use frame::{Closure, Frame, FrameId, Instance, Older, Undo, Written};
use loops::LoopFrame;
pub(crate) use registry::{Entered, Registry};
pub(crate) use run::{run_alone, run_by_path, run_entries};
pub(crate) use snapshot::Snapshot;
pub(crate) use trace::{CallNode, Event, Handled, Level, QueryRecord, Trace};
pub(crate) use watched::{Asked, Watch, Watched};

/// How many expressions and statements one evaluation runs before it gives up.
const STEPS_MAX: u32 = 300_000;

/// How deep calls of the project's own functions are followed.
const CALLS_MAX: usize = 40;

/// How deep they are followed from a function that no way in reaches: far enough to find out which
/// client it uses. What it calls is looked at on its own.
const CALLS_ALONE_MAX: usize = 5;

/// How deep the evaluator recurses: expressions, statements and calls together.
const DEPTH_MAX: u32 = 1_200;

/// Runs one way in.
pub(crate) struct Evaluator<'p> {
    cx: &'p Watched<'p>,
    frames: Vec<Frame>,
    closures: Vec<Closure>,
    instances: Vec<Instance>,
    module_frames: FxHashMap<ModuleId, FrameId>,
    journal: Vec<Undo>,
    older: Older,
    here: Here<'p>,
    activation: Activation,
    /// Functions that are running, outermost first.
    running: Vec<FunctionKey>,
    /// Branches that are being run, outermost first.
    branches: Vec<u32>,
    branch_next: u32,
    loops: Vec<LoopFrame>,
    /// Where calls begin that an external package answers.
    foreign_calls: FxHashSet<(FileId, u32)>,
    level: Level,
    call: u32,
    steps: u32,
    depth: u32,
    /// What a `new Promise(resolve => …)` was resolved with.
    resolved: Vec<Option<Value>>,
    /// The method that is called on what the next call gives.
    next: Option<SmolStr>,
    memo: memo::Memo,
    /// The call that is a statement of its own: nobody uses what it gives.
    discarded: Option<Origin>,
    /// The joined elements of long arrays, by where these are; they are kept so that they stay.
    elements: FxHashMap<usize, (Arc<Vec<Value>>, Value)>,
    globals: FxHashMap<SmolStr, Value>,
    /// How deep calls are followed.
    calls_max: usize,
    /// After how many steps it gives up.
    steps_max: u32,
    /// What was registered, while that is looked for.
    registry: Option<Registry>,
    /// How many objects without a class were made.
    objects_made: u32,
    /// Default exports that made such objects: whoever imports them gets the same.
    default_exports: FxHashMap<(ModuleId, ExprId), Value>,
    /// The chains of functions that run for a route, innermost last.
    chains: Vec<chain::Chain>,
    /// A module holds rows of this task's queries: the next one cannot share what it declares.
    is_bound: bool,
    /// Whether the top level of a module is running.
    at_top: u32,
    /// The classes of which annotated types made objects since the outermost of them; none while
    /// an object is being made.
    typed: Vec<(class::ClassRef, Option<Value>)>,
    /// Objects that types made, by class.
    pristine: FxHashMap<class::ClassRef, made::Pristine>,
    /// Objects of methods that this task runs on their own.
    alone: Vec<(class::ClassRef, made::Pristine)>,
    /// What stood in places that outlive this task.
    borrowed: Vec<Undo>,
    /// Types that say nothing, by where they are kept.
    untold: FxHashSet<usize>,
    /// How often a type was not followed to its end, although it may say something.
    left_untold: u32,
    /// How many objects are being made because a type names their class.
    typing: u32,
    /// The first closure that this task made.
    first_closure: usize,
    /// Objects without a class, on which code keeps things.
    held: Vec<ClosureId>,
    /// What something is asked for by, once somebody asks.
    tokens: Option<Arc<Vec<(provide::Token, ModuleId, Provided)>>>,
    /// Queries that libraries send later.
    put_off: Vec<PutOff>,
    /// Functions that were put into lists: whoever empties them calls them.
    queued: Vec<fate::Queued>,
    trace: Trace,
}

/// Where the evaluator stands.
#[derive(Clone)]
struct Here<'p> {
    module: &'p Module,
    id: ModuleId,
    frame: FrameId,
    function: FunctionId,
    this: Option<Value>,
}

/// One run of one function.
#[derive(Debug, Default)]
struct Activation {
    /// What it has returned on some path.
    returned: Option<Value>,
    /// On how many paths it has returned.
    returns: u32,
    /// The least level at any of its returns.
    level: Option<Level>,
    /// The level at its start.
    level_at_start: Level,
    /// What decides whether the statement at hand runs at all.
    control: Taint,
    /// A setting of the environment decides it: how sure that makes it that no unwanted caller
    /// is served there.
    skipped: Level,
    /// The statement at hand cannot complete.
    diverged: bool,
    /// Declared `async`: returning awaits.
    is_async: bool,
    /// Where its arguments stand.
    arg_origins: Vec<Origin>,
    /// The first frame and instance that were made since it began.
    first_frame: u32,
    first_instance: u32,
    /// What it changed, with all that it called.
    written: Written,
    /// What objects hold at each of its returns.
    kept: Vec<held::Returned>,
}

impl Activation {
    /// Whether what was there before it began is as it was.
    fn changed_nothing(&self) -> bool {
        self.written.frame >= self.first_frame && self.written.instance >= self.first_instance
    }
}

impl<'p> Evaluator<'p> {
    pub(crate) fn new(cx: &'p Watched<'p>, module: &'p Module, id: ModuleId) -> Self {
        let here = Here { module, id, frame: FrameId(0), function: FunctionId(0), this: None };
        let mut evaluator = Self {
            cx,
            frames: Vec::new(),
            closures: Vec::new(),
            instances: Vec::new(),
            module_frames: FxHashMap::default(),
            journal: Vec::new(),
            older: Older::default(),
            here,
            activation: Activation::default(),
            running: Vec::new(),
            branches: Vec::new(),
            branch_next: 0,
            loops: Vec::new(),
            foreign_calls: FxHashSet::default(),
            level: Level::Open,
            call: 0,
            steps: 0,
            depth: 0,
            resolved: Vec::new(),
            next: None,
            memo: memo::Memo::default(),
            discarded: None,
            elements: FxHashMap::default(),
            globals: FxHashMap::default(),
            calls_max: CALLS_MAX,
            steps_max: STEPS_MAX,
            registry: None,
            objects_made: 0,
            default_exports: FxHashMap::default(),
            chains: Vec::new(),
            is_bound: false,
            at_top: 0,
            typed: Vec::new(),
            pristine: FxHashMap::default(),
            alone: Vec::new(),
            borrowed: Vec::new(),
            untold: FxHashSet::default(),
            left_untold: 0,
            typing: 0,
            first_closure: 0,
            held: Vec::new(),
            tokens: None,
            put_off: Vec::new(),
            queued: Vec::new(),
            trace: Trace::started(),
        };
        evaluator.here.frame = evaluator.module_frame(id);
        evaluator
    }

    /// Counts a step; false when the evaluation has to give up here.
    fn may_step(&mut self) -> bool {
        self.steps += 1;
        if self.steps > self.steps_max {
            self.trace.opaque = true;
        }
        self.steps <= self.steps_max && self.depth < DEPTH_MAX
    }

    /// Sends what libraries put off and never sent: somebody else does.
    fn catch_up(&mut self) {
        for late in std::mem::take(&mut self.put_off) {
            let id = self.start_query(trave_backend::query::Query { nested: true, ..late.query });
            self.record(Effect::Query(id));
        }
    }

    fn expr(&self, id: ExprId) -> Option<&'p Expr> {
        self.here.module.expr(id)
    }

    fn at(&self, span: Span) -> Origin {
        span.in_file(self.here.module.file)
    }

    fn origin(&self, id: ExprId) -> Origin {
        self.at(self.expr(id).map_or_else(Span::default, |expr| expr.span))
    }

    /// Runs something as if it stood at the top level of a module, outside of every function.
    fn at_top<R>(&mut self, id: ModuleId, run: impl FnOnce(&mut Self) -> R) -> Option<R> {
        let module = self.cx.module(id)?;
        let frame = self.module_frame(id);
        let function = FunctionId(0);
        let here =
            std::mem::replace(&mut self.here, Here { module, id, frame, function, this: None });
        let activation = std::mem::take(&mut self.activation);
        let loops = std::mem::take(&mut self.loops);
        let branches = std::mem::take(&mut self.branches);
        // What a module declares is made when it is first asked for: functions that are handed to
        // somebody unknown there run for callers who got so far.
        let level = self.level;
        self.at_top += 1;
        let result = run(self);
        self.at_top -= 1;
        self.level = level;
        self.branches = branches;
        self.loops = loops;
        self.activation = activation;
        self.here = here;
        Some(result)
    }
}
