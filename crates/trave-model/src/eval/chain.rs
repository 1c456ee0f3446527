//! Running the functions of a registered route one after the other: each is given a `next` that
//! runs those after it, so that what it asks before it calls `next` guards what follows.

use smol_str::SmolStr;
use trave_backend::effect::{Effect, Guard};
use trave_backend::library::{Library, LibraryCall};
use trave_backend::registration::{Asked, Link, Passing};
use trave_backend::value::{ClosureId, LibraryValue, Shape, Taint, Value};
use trave_source::Origin;
use trave_ts::ir::FunctionId;

use super::invoke::Caller;
use super::trace::Handled;
use super::{DEPTH_MAX, Evaluator, Level, ModuleId, builtins, words};

/// How often the rest of a chain is run from one place, with different things known of the caller.
const RUNS_MAX: usize = 6;

/// Where an answer that was sent is noted.
const ANSWERED: &str = "(answered)";

/// A chain that is running.
#[derive(Debug)]
pub(super) struct Chain {
    route: Served,
    links: Vec<Linked>,
    object: Value,
    state: Value,
    /// What runs when all of it has run.
    outer: Option<Value>,
    /// How often one of its functions has asked for the rest.
    asked: u32,
    /// The rest from here is only asked for, not run: the least level at which it was.
    probe: Option<(usize, Option<Level>)>,
    /// From where the rest was run, and what was known then.
    runs: Vec<Run>,
    /// The functions that are running, outermost first.
    begun: Vec<Begun>,
}

/// What was known when the rest of a chain was run from one of its functions on.
#[derive(Debug)]
struct Run {
    at: usize,
    level: Level,
    kept: Vec<(SmolStr, Value)>,
}

/// A function that is running.
#[derive(Debug)]
struct Begun {
    at: usize,
    level: Level,
    /// How much had happened when it began.
    events: usize,
}

/// A place in a chain.
#[derive(Debug, Clone, Copy)]
struct Place {
    chain: usize,
    at: usize,
    role: Role,
}

/// What a function is in its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Others run after it.
    Before,
    /// The last one.
    Handler,
}

/// A route whose functions run.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    /// Its method.
    pub(crate) method: SmolStr,
    /// Its whole path.
    pub(crate) path: SmolStr,
    /// What the library keeps of it.
    pub(crate) facts: Value,
}

/// A function of a chain.
#[derive(Debug, Clone)]
pub(crate) struct Linked {
    pub(crate) link: Link,
    /// The library of the app on which it is registered: it says what the function is given.
    pub(crate) library: &'static str,
    /// It surely runs before the route.
    pub(crate) is_sure: bool,
}

/// How a function of a chain ended.
enum Ran {
    /// It was followed.
    Followed(Value),
    /// Nothing is known of it.
    Unknown,
}

impl Evaluator<'_> {
    /// Runs the functions of a route.
    pub(super) fn serve(&mut self, route: Served, links: Vec<Linked>) {
        let (object, state) = (self.new_object(), self.new_object());
        let chain = Chain {
            route,
            links,
            object,
            state,
            outer: None,
            asked: 0,
            probe: None,
            runs: Vec::new(),
            begun: Vec::new(),
        };
        self.chains.push(chain);
        self.run_from(self.chains.len() - 1, 0);
    }

    /// Runs functions as a part of the chain that is running.
    pub(super) fn serve_part(&mut self, links: Vec<Link>, next: &Value) {
        let Some(outer) = self.chains.last() else { return };
        let library = outer.running_library();
        let links = links.into_iter().map(|link| Linked { link, library, is_sure: true }).collect();
        let chain = Chain {
            route: outer.route.clone(),
            links,
            object: outer.object.clone(),
            state: outer.state.clone(),
            outer: Some(next.clone()),
            asked: 0,
            probe: None,
            runs: Vec::new(),
            begun: Vec::new(),
        };
        self.chains.push(chain);
        self.run_from(self.chains.len() - 1, 0);
    }

    /// Runs a chain from one of its functions on. What its functions find out about the caller
    /// holds for those after them, not for whoever asked for the rest.
    fn run_from(&mut self, chain: usize, at: usize) {
        if self.depth + 24 >= DEPTH_MAX || !self.is_news(chain, at) {
            return;
        }
        let Some(running) = self.chains.get(chain) else { return };
        let Some(linked) = running.links.get(at).cloned() else {
            if let Some(outer) = running.outer.clone() {
                self.run_value(&outer, Vec::new());
            }
            return;
        };
        // Only the last of the whole chain is the handler.
        let is_last = at + 1 == running.links.len() && running.outer.is_none();
        let role = if is_last { Role::Handler } else { Role::Before };
        let place = Place { chain, at, role };
        let level = self.level;
        let call = std::mem::take(&mut self.call);
        let loops = std::mem::take(&mut self.loops);
        let diverged = std::mem::take(&mut self.activation.diverged);
        // A function that makes several links of one chain is not recursive because of that.
        let link = (ModuleId(u32::MAX), FunctionId(0));
        let outer = std::mem::replace(&mut self.running, vec![link]);
        self.depth += 8;
        match &linked.link.value.shape {
            Shape::OneOf(values) if !is_last => {
                let values = values.to_vec();
                self.run_either(place, linked.link.origin, values);
            }
            _ if linked.is_sure || is_last => self.run_link(place, &linked.link),
            _ => self.run_either(place, linked.link.origin, vec![linked.link.value.clone()]),
        }
        self.depth -= 8;
        self.running = outer;
        self.activation.diverged = diverged;
        self.loops = loops;
        self.call = call;
        self.level = level;
    }

    /// Whether running the rest from here may show anything that it has not shown yet.
    fn is_news(&mut self, chain: usize, at: usize) -> bool {
        let (level, kept) = (self.level, self.kept_of(chain));
        let Some(chain) = self.chains.get_mut(chain) else { return false };
        let runs = chain.runs.iter().filter(|run| run.at == at);
        let is_known = runs.clone().any(|run| run.level == level && same_fields(&run.kept, &kept));
        if is_known || runs.count() >= RUNS_MAX {
            return false;
        }
        chain.runs.push(Run { at, level, kept });
        true
    }

    /// What code kept on the request so far.
    fn kept_of(&self, chain: usize) -> Vec<(SmolStr, Value)> {
        let Some(chain) = self.chains.get(chain) else { return Vec::new() };
        let objects = [&chain.object, &chain.state];
        let fields = objects.into_iter().filter_map(|object| match object.shape {
            Shape::Instance(id) => self.instances.get(id.0 as usize),
            _ => None,
        });
        let fields = fields.flat_map(|object| &object.fields);
        fields.filter(|(name, _)| name != ANSWERED).cloned().collect()
    }

    /// What code kept on the request that is served now, if one is.
    pub(super) fn kept_now(&self) -> Vec<(SmolStr, Value)> {
        self.chains.len().checked_sub(1).map_or_else(Vec::new, |last| self.kept_of(last))
    }

    fn run_link(&mut self, place: Place, link: &Link) {
        let Place { chain, at, role } = place;
        let asked = self.asked(chain);
        let begun = Begun { at, level: self.level, events: self.trace.events.len() };
        if let Some(chain) = self.chains.get_mut(chain) {
            chain.begun.push(begun);
        }
        let ran = self.call_link(place, link);
        if let Some(chain) = self.chains.get_mut(chain) {
            chain.begun.pop();
        }
        self.activation.diverged = false;
        if role == Role::Handler {
            if let (Ran::Followed(value), Some(library)) = (&ran, self.serving(chain, at)) {
                library.answered(value, link.origin, self);
            }
            if matches!(ran, Ran::Unknown) {
                self.trace.handler = Handled::Missing;
            }
            return;
        }
        if self.asked(chain) != asked {
            return;
        }
        let goes_on = self.serving(chain, at).is_some_and(Library::goes_on);
        let is_followed = matches!(ran, Ran::Followed(_));
        if !(goes_on && is_followed) && self.asks(link) {
            self.level = self.level.max(Level::Maybe);
            self.trace.opaque |= !is_followed;
        }
        self.note_answered(Value::undefined());
        self.run_from(chain, at + 1);
    }

    /// Runs functions of which it is not sure whether they run before the rest.
    fn run_either(&mut self, place: Place, origin: Origin, values: Vec<Value>) {
        let Place { chain, at, .. } = place;
        for value in values {
            let link = Link { value, origin };
            let level = self.level;
            self.set_probe(chain, Some((at + 1, None)));
            let (ran, after) = self.maybe(|it| {
                let ran = it.call_link(place, &link);
                it.activation.diverged = false;
                (ran, it.level)
            });
            let passed = self.chains.get_mut(chain).and_then(|it| it.probe.take());
            let passed = match (passed.and_then(|(_, level)| level), ran) {
                (Some(passed), _) => passed,
                (None, Ran::Followed(_)) => after,
                (None, Ran::Unknown) if self.asks(&link) => Level::Maybe,
                (None, Ran::Unknown) => level,
            };
            self.level = level.max(passed.min(Level::Maybe));
        }
        self.run_from(chain, at + 1);
    }

    fn set_probe(&mut self, chain: usize, probe: Option<(usize, Option<Level>)>) {
        if let Some(chain) = self.chains.get_mut(chain) {
            chain.probe = probe;
        }
    }

    fn asked(&self, chain: usize) -> u32 {
        self.chains.get(chain).map_or(0, |chain| chain.asked)
    }

    /// The library whose app a function of a chain is registered on.
    fn serving(&self, chain: usize, at: usize) -> Option<&'static dyn Library> {
        self.cx.library(self.chains.get(chain)?.links.get(at)?.library)
    }

    /// Calls a function of a chain with what its framework hands over.
    fn call_link(&mut self, place: Place, link: &Link) -> Ran {
        let args = self.handed(place);
        self.call_with(&link.value, args, link.origin)
    }

    fn call_with(&mut self, function: &Value, args: Vec<Value>, origin: Origin) -> Ran {
        match &function.shape {
            Shape::Function(id) => {
                let arg_origins = vec![origin; args.len()];
                let from = Caller { arg_origins, ..Caller::default() };
                let value = self.invoke(*id, args, from);
                Ran::Followed(self.await_value(value))
            }
            Shape::OneOf(values) => {
                let values = values.to_vec();
                let ran: Vec<Value> = values
                    .iter()
                    .filter_map(|value| match self.call_with(value, args.clone(), origin) {
                        Ran::Followed(value) => Some(value),
                        Ran::Unknown => None,
                    })
                    .collect();
                if ran.is_empty() { Ran::Unknown } else { Ran::Followed(Value::one_of(ran)) }
            }
            Shape::Library(library) if builtins::is_wrapped(library) => {
                self.call_wrapped(library, &args);
                Ran::Followed(Value::unknown())
            }
            Shape::Library(library) => self.call_known(library, (&args, origin)),
            _ => Ran::Unknown,
        }
    }

    /// A function of a library, if its model knows what it does.
    fn call_known(&mut self, callee: &LibraryValue, (args, origin): (&[Value], Origin)) -> Ran {
        let arg_origins = vec![origin; args.len()];
        let call = LibraryCall {
            callee,
            method: None,
            is_new: false,
            is_tagged: false,
            args,
            arg_origins: &arg_origins,
            origin,
            method_origin: origin,
            templates: &[],
            type_args: &[],
        };
        let known = self.library_of(callee).and_then(|model| model.call(&call, self));
        known.map_or(Ran::Unknown, Ran::Followed)
    }

    /// The project's functions behind a wrapper that nobody knows: they get what it gets.
    pub(super) fn call_wrapped(&mut self, wrapper: &LibraryValue, args: &[Value]) -> Value {
        let level = self.level;
        if words::ask_identity(&wrapper.name) {
            self.level = level.max(Level::Maybe);
            self.trace.opaque = true;
        }
        let functions: Vec<Value> = wrapper.fields.values().cloned().collect();
        for function in functions {
            for alternative in function.alternatives() {
                if let Shape::Function(id) = alternative.shape {
                    self.invoke(id, args.to_vec(), Caller::default());
                    self.activation.diverged = false;
                }
            }
        }
        self.level = level;
        Value::unknown_from(args)
    }

    /// Whether a function that cannot be followed, or never asks for the rest, is named like one
    /// that asks who is calling.
    fn asks(&self, link: &Link) -> bool {
        let source = self.cx.source(link.origin.file);
        let span = link.origin.span;
        let text = source.and_then(|it| it.text.get(span.start as usize..span.end as usize));
        let callee = text.unwrap_or_default().split(['(', '{', '=', '\n']).next();
        let function = match &link.value.shape {
            Shape::Function(id) => self.function_name(*id),
            Shape::Library(library) if builtins::is_wrapped(library) => library.name.clone(),
            _ => SmolStr::default(),
        };
        callee.is_some_and(words::ask_identity) || words::ask_identity(&function)
    }

    fn function_name(&self, id: ClosureId) -> SmolStr {
        let closure = self.closures.get(id.0 as usize);
        let function = closure
            .and_then(|it| Some((self.cx.module(it.module)?, it.function)))
            .and_then(|(module, function)| module.function(function));
        function.and_then(|it| it.name.clone()).unwrap_or_default()
    }

    fn handed(&mut self, Place { chain, at, role }: Place) -> Vec<Value> {
        let Some(library) = self.serving(chain, at) else { return Vec::new() };
        let Some(chain_now) = self.chains.get(chain) else { return Vec::new() };
        let next = builtins::next(chain, at + 1);
        library.hand(&chain_now.as_asked(&next, role))
    }

    /// A call of `next`: the rest of a chain runs.
    pub(super) fn call_next(&mut self, next: &LibraryValue, args: &[Value]) -> Value {
        let Some((chain, at)) = builtins::place_of_next(next) else { return Value::unknown() };
        let Some(running) = self.chains.get_mut(chain) else { return Value::unknown() };
        running.asked += 1;
        let (route, object, state) =
            (running.route.clone(), running.object.clone(), running.state.clone());
        let next = Value::undefined();
        let asked = Asked {
            method: &route.method,
            path: &route.path,
            facts: &route.facts,
            object: &object,
            state: &state,
            next: &next,
            is_handler: false,
        };
        let library = self.serving(chain, at.saturating_sub(1));
        let passing = library.map_or(Passing::Rest, |it| it.passes(&asked, args, self));
        match passing {
            Passing::Stops => {}
            Passing::Rest => self.pass(chain, at),
            Passing::Perhaps => self.maybe(|it| it.pass(chain, at)),
        }
        Value::undefined()
    }

    fn pass(&mut self, chain: usize, at: usize) {
        let level = self.level;
        self.note_passage(chain, at);
        match self.chains.get_mut(chain).and_then(|it| it.probe.as_mut()) {
            Some((place, least)) if *place == at => {
                *least = Some(least.map_or(level, |least| least.min(level)));
            }
            _ => self.run_from(chain, at),
        }
    }

    /// Notes that a function turned callers away by asking for the rest only for others.
    fn note_passage(&mut self, chain: usize, at: usize) {
        let begun = self.chains.get(chain).and_then(|it| {
            let begun = it.begun.iter().rev().find(|begun| begun.at + 1 == at)?;
            Some((begun.level, begun.events, it.links.get(begun.at)?.link.origin))
        });
        let Some((level, events, origin)) = begun else { return };
        let since = self.trace.events.get(events..).unwrap_or_default();
        let is_noted = since.iter().any(|event| matches!(event.effect, Effect::Guard(_)));
        let by = match self.level {
            Level::Open => return,
            Level::Claim => Taint::CLAIM,
            Level::Maybe => Taint::OPAQUE,
            Level::Sure => Taint::CALLER,
        };
        if self.level > level && !is_noted {
            self.push(Effect::Guard(Guard { origin, by }));
        }
    }

    /// Notes that an answer was sent, or that none is known yet.
    pub(super) fn note_answered(&mut self, answered: Value) {
        let object = self.chains.last().map(|chain| chain.object.clone());
        if let Some(object) = object {
            self.keep_on(&object, ANSWERED, answered);
        }
    }

    /// The place where an answer is noted, when what has answered ends the chain.
    pub(super) fn answer_slot(&self) -> Option<(ClosureId, &'static str)> {
        let last = self.chains.last()?;
        let goes_on = self.cx.library(last.running_library()).is_some_and(Library::goes_on);
        match last.object.shape {
            Shape::Instance(id) if goes_on => Some((id, ANSWERED)),
            _ => None,
        }
    }
}

impl Chain {
    /// The library of the function that is running.
    fn running_library(&self) -> &'static str {
        let begun = self.begun.last().map_or(0, |begun| begun.at);
        self.links.get(begun).map_or("", |linked| linked.library)
    }

    fn as_asked<'a>(&'a self, next: &'a Value, role: Role) -> Asked<'a> {
        Asked {
            method: &self.route.method,
            path: &self.route.path,
            facts: &self.route.facts,
            object: &self.object,
            state: &self.state,
            next,
            is_handler: role == Role::Handler,
        }
    }
}

/// Whether two objects hold the same.
pub(super) fn same_fields(left: &[(SmolStr, Value)], right: &[(SmolStr, Value)]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .all(|(name, value)| right.iter().any(|(other, it)| other == name && value.is_same(it)))
}
