//! Scopes, closures and instances, and how changes to them are undone and joined after a branch.

use smol_str::SmolStr;
use trave_backend::value::{ClosureId, Shape, Value};
use trave_ts::ir::{BindingId, ClassId, FunctionId};

use super::{Evaluator, Level, ModuleId};

/// Index of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FrameId(pub(super) u32);

/// The names of one run of one function.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) function: FunctionId,
    pub(super) parent: Option<FrameId>,
    slots: Vec<(BindingId, Value)>,
}

impl Frame {
    /// What its names hold.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        self.slots.iter().map(|(_, value)| value)
    }
}

/// A function with what it closes over.
#[derive(Debug, Clone)]
pub(super) struct Closure {
    pub(super) module: ModuleId,
    pub(super) function: FunctionId,
    pub(super) frame: FrameId,
    pub(super) this: Option<Value>,
}

/// A class, or an object made of one.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub(super) module: ModuleId,
    pub(super) class: ClassId,
    pub(super) frame: FrameId,
    /// The class itself, with its static members.
    pub(super) is_class: bool,
    /// It belongs to what modules declare, and outlives the task that asked for it first.
    pub(super) is_lasting: bool,
    pub(super) fields: Vec<(SmolStr, Value)>,
}

impl Instance {
    /// An object of no class.
    pub(super) fn plain() -> Self {
        Self {
            module: ModuleId(u32::MAX),
            class: ClassId(u32::MAX),
            frame: FrameId(u32::MAX),
            is_class: false,
            is_lasting: false,
            fields: Vec::new(),
        }
    }
}

/// Something that can hold a value and be assigned to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Slot {
    Name(FrameId, BindingId),
    Field(ClosureId, SmolStr),
}

/// How much had been made when a call began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Made {
    frames: usize,
    closures: usize,
    instances: usize,
    modules: usize,
}

/// How many frames and instances there were when the innermost branch began.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Older {
    frames: usize,
    instances: usize,
}

/// A stretch of the evaluation that can be taken back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    mark: usize,
    outer: Older,
}

/// A change, with what was there before.
#[derive(Debug)]
pub(super) struct Undo {
    pub(super) slot: Slot,
    pub(super) before: Option<Value>,
}

/// The oldest frame and the oldest instance that something changed: what is older stayed as it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    pub(super) frame: u32,
    pub(super) instance: u32,
}

impl Default for Written {
    fn default() -> Self {
        Self { frame: u32::MAX, instance: u32::MAX }
    }
}

impl Written {
    pub(super) fn and(self, other: Self) -> Self {
        Self { frame: self.frame.min(other.frame), instance: self.instance.min(other.instance) }
    }
}

/// What a branch changed, and how sure its end is that unwanted callers are gone.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    pub(super) slots: Vec<(Slot, Option<Value>)>,
    pub(super) level: Level,
}

impl Evaluator<'_> {
    pub(super) fn new_frame(&mut self, function: FunctionId, parent: Option<FrameId>) -> FrameId {
        let id = FrameId(u32::try_from(self.frames.len()).unwrap_or(u32::MAX));
        self.frames.push(Frame { function, parent, slots: Vec::new() });
        id
    }

    pub(super) fn module_frame(&mut self, id: ModuleId) -> FrameId {
        if let Some(frame) = self.module_frames.get(&id) {
            return *frame;
        }
        let frame = self.new_frame(FunctionId(0), None);
        self.module_frames.insert(id, frame);
        frame
    }

    /// How much has been made so far.
    pub(super) fn made(&self) -> Made {
        Made {
            frames: self.frames.len(),
            closures: self.closures.len(),
            instances: self.instances.len(),
            modules: self.module_frames.len(),
        }
    }

    /// Gives the frames of a finished call back, if nothing was made that can still look into them.
    pub(super) fn forget_frames(&mut self, before: Made) {
        if before == (Made { frames: before.frames, ..self.made() }) {
            self.frames.truncate(before.frames);
        }
    }

    /// The frame that holds the names of a function, seen from here.
    pub(super) fn frame_of(&self, function: FunctionId) -> Option<FrameId> {
        let mut at = Some(self.here.frame);
        while let Some(id) = at {
            let frame = self.frames.get(id.0 as usize)?;
            if frame.function == function {
                return Some(id);
            }
            at = frame.parent;
        }
        None
    }

    pub(super) fn slot(&self, frame: FrameId, binding: BindingId) -> Option<&Value> {
        let slots = &self.frames.get(frame.0 as usize)?.slots;
        slots.iter().find(|(name, _)| *name == binding).map(|(_, value)| value)
    }

    /// Assigns to a name; a branch that is being run can undo it.
    pub(super) fn set_slot(&mut self, frame: FrameId, binding: BindingId, value: Value) {
        self.assign(Slot::Name(frame, binding), Some(value));
    }

    /// Fills a name for good: what a module holds does not depend on the branch that asked first.
    pub(super) fn fill_slot(&mut self, frame: FrameId, binding: BindingId, value: Value) {
        self.store(&Slot::Name(frame, binding), Some(value));
    }

    pub(super) fn field(&self, id: ClosureId, name: &str) -> Option<&Value> {
        let fields = &self.instances.get(id.0 as usize)?.fields;
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    pub(super) fn set_field(&mut self, id: ClosureId, name: SmolStr, value: Value) {
        self.assign(Slot::Field(id, name), Some(value));
    }

    /// Keeps a field of an object for good, whatever becomes of the branch that asked for it.
    pub(super) fn fill_field(&mut self, id: ClosureId, name: SmolStr, value: Value) {
        self.store(&Slot::Field(id, name), Some(value));
    }

    fn take_back(&mut self, mark: usize) -> Changes {
        let mut changes = Changes { slots: Vec::new(), level: self.level };
        while self.journal.len() > mark {
            let Some(undo) = self.journal.pop() else { break };
            let now = self.store(&undo.slot, undo.before);
            if !changes.slots.iter().any(|(slot, _)| *slot == undo.slot) {
                changes.slots.push((undo.slot, now));
            }
        }
        changes.slots.reverse();
        changes
    }

    /// Forgets rows of queries that are not those of the next task: what modules declare is
    /// computed again, everything else is unknown.
    pub(super) fn forget_rows(&mut self) {
        let is_bound = |value: &Value| {
            value.holds(|shape| match shape {
                Shape::Rows(_) => true,
                Shape::Library(library) => library.query.is_some(),
                _ => false,
            })
        };
        for frame in &mut self.frames {
            if frame.function == FunctionId(0) && frame.parent.is_none() {
                frame.slots.retain(|(_, value)| !is_bound(value));
                continue;
            }
            for (_, value) in frame.slots.iter_mut().filter(|(_, value)| is_bound(value)) {
                *value = Value::unknown();
            }
        }
        let fields = self.instances.iter_mut().flat_map(|instance| &mut instance.fields);
        for (_, value) in fields.filter(|(_, value)| is_bound(value)) {
            *value = Value::unknown();
        }
        self.is_bound = false;
    }

    /// Makes changes happen after all.
    pub(super) fn apply(&mut self, changes: Changes) {
        self.level = changes.level;
        for (slot, value) in changes.slots {
            self.assign(slot, value);
        }
    }

    /// Makes the world one in which any of these branches may have been taken.
    pub(super) fn apply_either(&mut self, branches: &[Changes]) {
        let Some(level) = self.level_of_any(branches) else { return };
        let mut slots: Vec<Slot> = Vec::new();
        for (slot, _) in branches.iter().flat_map(|branch| &branch.slots) {
            if !slots.contains(slot) {
                slots.push(slot.clone());
            }
        }
        for slot in slots {
            let before = self.load(&slot);
            let values = branches.iter().filter_map(|branch| {
                let changed = branch.slots.iter().find(|(changed, _)| *changed == slot);
                changed.map_or_else(|| before.clone(), |(_, value)| value.clone())
            });
            let joined = values.reduce(Value::join);
            self.assign(slot, joined);
        }
        self.level = level;
    }

    /// How sure it is after any of these branches; one that sent an answer which ends the chain
    /// leads nowhere.
    fn level_of_any(&self, branches: &[Changes]) -> Option<Level> {
        let slot = self.answer_slot();
        let answers = |branch: &&Changes| {
            let mut changed = branch.slots.iter();
            slot.is_some_and(|(object, name)| {
                changed.any(|(changed, value)| {
                    matches!(changed, Slot::Field(id, field) if *id == object && field == name)
                        && value.as_ref().is_some_and(|value| value.truth() == Some(true))
                })
            })
        };
        let going_on = branches.iter().filter(|branch| !answers(branch)).map(|it| it.level).min();
        going_on.or_else(|| branches.iter().map(|branch| branch.level).min())
    }

    fn assign(&mut self, slot: Slot, value: Option<Value>) {
        let before = self.store(&slot, value);
        self.note_write(&slot, before.as_ref());
        self.note_borrowed(&slot, before.as_ref());
        // What a branch made itself goes with it: only what was there before is taken back.
        let is_older = match &slot {
            Slot::Name(frame, _) => (frame.0 as usize) < self.older.frames,
            Slot::Field(id, _) => (id.0 as usize) < self.older.instances,
        };
        if is_older {
            self.journal.push(Undo { slot, before });
        }
    }

    /// Remembers the oldest thing that the running function changed. Writing what was there
    /// already, as set-up that runs once does, changes nothing.
    fn note_write(&mut self, slot: &Slot, before: Option<&Value>) {
        let written = &self.activation.written;
        let is_older = match slot {
            Slot::Name(frame, _) => frame.0 < written.frame,
            Slot::Field(id, _) => id.0 < written.instance,
        };
        if !is_older || same(before, self.value_in(slot)) {
            return;
        }
        let written = &mut self.activation.written;
        match slot {
            Slot::Name(frame, _) => written.frame = frame.0,
            Slot::Field(id, _) => written.instance = id.0,
        }
    }

    pub(super) fn value_in(&self, slot: &Slot) -> Option<&Value> {
        match slot {
            Slot::Name(frame, binding) => self.slot(*frame, *binding),
            Slot::Field(id, name) => self.field(*id, name),
        }
    }

    /// Starts a stretch that can be taken back; gives back what `end_stretch` needs.
    pub(super) fn begin_stretch(&mut self) -> Stretch {
        let older = Older { frames: self.frames.len(), instances: self.instances.len() };
        Stretch { mark: self.journal.len(), outer: std::mem::replace(&mut self.older, older) }
    }

    /// Takes back every change of a stretch and hands them out.
    pub(super) fn end_stretch(&mut self, stretch: Stretch) -> Changes {
        let changes = self.take_back(stretch.mark);
        self.older = stretch.outer;
        changes
    }

    fn load(&self, slot: &Slot) -> Option<Value> {
        self.value_in(slot).cloned()
    }

    /// Puts a value into a slot and gives back what was there.
    pub(super) fn store(&mut self, slot: &Slot, value: Option<Value>) -> Option<Value> {
        match slot {
            Slot::Name(frame, binding) => {
                let slots = &mut self.frames.get_mut(frame.0 as usize)?.slots;
                replace(slots, binding, value)
            }
            Slot::Field(id, name) => {
                let fields = &mut self.instances.get_mut(id.0 as usize)?.fields;
                replace(fields, name, value)
            }
        }
    }
}

fn same(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => left.is_same(right),
        _ => false,
    }
}

fn replace<K: PartialEq + Clone>(
    slots: &mut Vec<(K, Value)>,
    key: &K,
    value: Option<Value>,
) -> Option<Value> {
    let at = slots.iter().position(|(name, _)| name == key);
    match (at.and_then(|at| slots.get_mut(at)), value) {
        (Some(slot), Some(value)) => Some(std::mem::replace(&mut slot.1, value)),
        (None, Some(value)) => {
            slots.push((key.clone(), value));
            None
        }
        (Some(_), None) => at.map(|at| slots.swap_remove(at).1),
        (None, None) => None,
    }
}
