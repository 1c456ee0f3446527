//! Objects of the project's classes that somebody unknown makes. Making one runs constructors, and
//! these make others: it is done once, and whoever asks again gets a copy.

use smol_str::SmolStr;
use trave_backend::value::{Shape, Taint, Value};

use super::Evaluator;
use super::class::ClassRef;
use super::frame::{Instance, Slot, Undo};

/// An object as it was when its constructor was done.
#[derive(Debug, Clone)]
pub(super) struct Pristine {
    value: Value,
    fields: Vec<(SmolStr, Value)>,
}

impl Evaluator<'_> {
    /// Remembers an object that was just made.
    pub(super) fn pristine(&self, value: &Value) -> Pristine {
        let fields = match value.shape {
            Shape::Instance(id) => self.instances.get(id.0 as usize).map(|it| it.fields.clone()),
            _ => None,
        };
        Pristine { value: value.clone(), fields: fields.unwrap_or_default() }
    }

    /// Another object like one that was made before.
    pub(super) fn copy_of(&mut self, pristine: Pristine) -> Value {
        let Shape::Instance(id) = pristine.value.shape else { return pristine.value };
        let Some(made) = self.instances.get(id.0 as usize) else { return pristine.value };
        let (module, class, frame) = (made.module, made.class, made.frame);
        let (is_class, fields) = (made.is_class, pristine.fields);
        let is_lasting = self.at_top > 0;
        self.new_instance(Instance { module, class, frame, is_class, is_lasting, fields })
    }

    /// An object for a method that runs on its own.
    pub(super) fn object_alone(&mut self, class: ClassRef) -> Value {
        if let Some((_, known)) = self.alone.iter().find(|(known, _)| *known == class) {
            let known = known.clone();
            return self.copy_of(known);
        }
        let made = self.construct_unknown(class);
        let pristine = self.pristine(&made);
        self.alone.push((class, pristine));
        made
    }

    /// Notes what was in a place that outlives the task, if the task now puts something there that
    /// is its own.
    pub(super) fn note_borrowed(&mut self, slot: &Slot, before: Option<&Value>) {
        let is_lasting = self.at_top == 0
            && match slot {
                Slot::Name(frame, _) => {
                    let frame = self.frames.get(frame.0 as usize);
                    frame.is_some_and(|it| it.parent.is_none())
                }
                Slot::Field(id, _) => {
                    self.instances.get(id.0 as usize).is_some_and(|it| it.is_lasting)
                }
            };
        if is_lasting && self.value_in(slot).is_some_and(is_of_task) {
            self.borrowed.push(Undo { slot: slot.clone(), before: before.cloned() });
        }
    }

    /// Puts back what was in places that outlive the task.
    pub(super) fn give_back(&mut self) {
        while let Some(undo) = self.borrowed.pop() {
            self.store(&undo.slot, undo.before);
        }
    }
}

/// Whether a value only means something to the task that made it.
fn is_of_task(value: &Value) -> bool {
    value.taint.has(Taint::IDENTITY)
        || value.holds(|shape| match shape {
            Shape::Rows(_) => true,
            Shape::Library(library) => library.query.is_some(),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use trave_backend::value::Shape;

    use crate::testing::model;

    #[test]
    fn functions_in_fields_stay_what_they_are() {
        let route = "
            import { createClient } from '@supabase/supabase-js'
            const db = createClient(process.env.URL!, process.env.SERVICE_ROLE_KEY!)
            class Rules { static known = (name) => name === 'a' }
            export async function GET() {
              Rules.known('x')
              const read = async (name) => db.from('notes').select('id').eq('name', name)
              Rules.known('y')
              return Response.json(await read('z'))
            }";
        let found = model(&[("app/a/route.ts", route)]);
        let query = found.queries.first().unwrap();
        let value = &query.facts.filters.first().unwrap().value;
        assert_eq!((query.reached.len(), value.as_text()), (1, Some("z")));
    }

    #[test]
    fn what_one_way_in_leaves_in_a_module_is_not_there_for_the_next() {
        let state = "
            import { createClient } from '@supabase/supabase-js'
            export const db = createClient(process.env.URL!, process.env.SERVICE_ROLE_KEY!)
            let last = null
            export async function fill() { last = await db.from('notes').select('id').single() }
            export function known() { return last.data.id }";
        let found = model(&[
            ("app/state.ts", state),
            (
                "app/a/route.ts",
                "import { fill } from '../state'
                export async function GET() { await fill() }",
            ),
            (
                "app/b/route.ts",
                "import { db, known } from '../state'
                export async function GET() {
                  await db.from('secrets').select('*').eq('id', 1)
                  await db.from('tags').select('*').eq('id', known())
                }",
            ),
        ]);
        let tags = found.queries.iter().find(|it| it.facts.table.as_deref() == Some("tags"));
        let filter = tags.and_then(|it| it.facts.filters.first()).unwrap();
        assert!(matches!(filter.value.shape, Shape::Unknown), "{:?}", filter.value);
    }
}
