//! What one evaluation leaves behind: the effects in their order, each with what surrounded it.

use rustc_hash::FxHashSet;
use trave_backend::effect::Effect;
use trave_backend::query::Query;
use trave_backend::value::{QueryId, Taint};
use trave_source::Origin;

use super::context::FunctionKey;
use crate::model::LoopAround;

/// Everything that an evaluation saw.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// What happened, in order.
    pub(crate) events: Vec<Event>,
    /// The queries, by [`QueryId`].
    pub(crate) queries: Vec<QueryRecord>,
    /// The tree of calls; an event names the call in which it happened.
    pub(crate) calls: Vec<CallNode>,
    /// Functions that ran.
    pub(crate) visited: FxHashSet<FunctionKey>,
    /// Functions of which a decided condition left something out.
    pub(crate) partly: FxHashSet<FunctionKey>,
    /// Loops whose rounds wait for something that is no query: a timer, another service.
    pub(crate) waiting_loops: FxHashSet<Origin>,
    /// Something on the way could not be followed.
    pub(crate) opaque: bool,
    /// The request, cookies or headers were used.
    pub(crate) reads_request: bool,
    /// What became of the handler.
    pub(crate) handler: Handled,
    /// How sure it is of callers whom the handler lets through that they are not unwanted.
    pub(crate) passed: Level,
    /// The same of callers who got the last answer that refuses nothing; none without one.
    pub(crate) answered: Option<Level>,
}

/// What became of the handler of a way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Handled {
    /// It was not found.
    #[default]
    Missing,
    /// It ran.
    Ran,
    /// It is no way in: nobody outside could pass what it takes.
    Internal,
}

/// Something that happened.
#[derive(Debug)]
pub(crate) struct Event {
    /// What.
    pub(crate) effect: Effect,
}

/// A query with what surrounded its start.
#[derive(Debug)]
pub(crate) struct QueryRecord {
    /// What its chain says.
    pub(crate) query: Query,
    /// How sure it is that unwanted callers were gone when it was sent.
    pub(crate) level: Level,
    /// Index into [`Trace::calls`]; 0 is the handler.
    pub(crate) call: u32,
    /// The loop around it.
    pub(crate) in_loop: Option<LoopAround>,
    /// The query whose rows that loop works through.
    pub(crate) looped_over: Option<QueryId>,
    /// The branches in which it was started.
    pub(crate) branches: Vec<u32>,
    /// It is sent, or handed to somebody who may send it.
    pub(crate) sent: bool,
    /// Its rows are asked for, rather than only a count or an error.
    pub(crate) rows_read: bool,
    /// Single rows or parts of them are used.
    pub(crate) rows_taken: bool,
}

/// A call that was followed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallNode {
    /// The call around it.
    pub(crate) parent: u32,
    /// Where it stands; none for the handler.
    pub(crate) origin: Option<Origin>,
    /// The function that runs; none while there is no handler.
    pub(crate) callee: Option<FunctionKey>,
}

/// How sure it is that callers without the right identity have been turned away, from least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Level {
    /// Nobody asked.
    #[default]
    Open,
    /// An unverified claim was asked for.
    Claim,
    /// Something that could not be followed may have asked.
    Maybe,
    /// Identity, signature or secret was checked.
    Sure,
}

impl Level {
    /// What a test that depends on this proves.
    pub(crate) fn of(taint: Taint) -> Self {
        if taint.has(Taint::CALLER.and(Taint::SECRET)) {
            Self::Sure
        } else if taint.has(Taint::OPAQUE) {
            Self::Maybe
        } else if taint.has(Taint::CLAIM) {
            Self::Claim
        } else {
            Self::Open
        }
    }
}

impl Trace {
    /// A trace of something that just begins.
    pub(crate) fn started() -> Self {
        Self { calls: vec![CallNode { parent: 0, origin: None, callee: None }], ..Self::default() }
    }

    pub(crate) fn query(&self, id: QueryId) -> Option<&QueryRecord> {
        self.queries.get(id.0 as usize)
    }

    /// The calls that lead to a call, outermost first.
    pub(crate) fn path(&self, call: u32) -> Vec<CallNode> {
        let mut path = Vec::new();
        let mut at = call;
        while at != 0 {
            let Some(node) = self.calls.get(at as usize) else { break };
            path.push(*node);
            at = node.parent;
        }
        path.reverse();
        path
    }
}
