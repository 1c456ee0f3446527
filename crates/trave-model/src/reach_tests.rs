//! What ways in lead to, beyond what running them follows.

use std::fmt::Write;

use crate::testing::{describe, model};

const DB: &str = "
    import { createClient } from '@supabase/supabase-js'
    export const db = createClient(process.env.URL!, process.env.SERVICE_ROLE_KEY!)";

/// The lines of a few files, those of the client left out.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let mut all = vec![("src/db.ts", DB)];
    all.extend_from_slice(files);
    let found = describe(&model(&all));
    let found: Vec<&str> = found.lines().map(str::trim).collect();
    assert_eq!(found, expected, "\n{}\n", found.join("\n"));
}

#[test]
fn a_program_that_is_started_leads_to_what_it_calls() {
    check(
        &[
            ("src/main.ts", "import { work } from './work'\nimport './boot'\nvoid work()"),
            ("src/boot.ts", "import { db } from './db'\nawait db.from('boots').insert({})"),
            (
                "src/work.ts",
                "import { db } from './db'
                export async function work() { setInterval(() => turn(), 1000) }
                async function turn() { await db.from('turns').insert({}) }
                export async function idle() { await db.from('idles').insert({}) }",
            ),
        ],
        &[
            "start src/main.ts opaque",
            "Insert boots Service Maybe",
            "Insert turns Service Maybe depth 2",
            "unreached",
            "Insert idles Service",
        ],
    );
}

#[test]
fn what_only_declares_is_no_program() {
    check(
        &[(
            "src/work.ts",
            "import { db } from './db'
            const work = async () => { await db.from('turns').insert({}) }
            export default { work }",
        )],
        &["unreached", "Insert turns Service"],
    );
}

/// A class behind an interface of a file from which only the type is imported.
const STORE: &str = "
    import type { INotes } from './notes-type'
    import { db } from './db'
    export class Notes implements INotes {
      async all() { return db.from('notes').select('id') }
      async wipe() { return db.from('notes').delete() }
    }";

#[test]
fn an_interface_that_was_not_read_is_known_by_its_name() {
    let route = "
        import type { INotes } from '../../../notes-type'
        class Service {
          private notes: INotes
          constructor(notes: INotes) { this.notes = notes }
          list() { return this.notes.all() }
        }
        export async function GET() { return Response.json(await made().list()) }
        const made = () => new Service(globalThis.notes)";
    check(
        &[("src/notes.ts", STORE), ("src/app/api/notes/route.ts", route)],
        &[
            "GET /api/notes",
            "Select notes Service No depth 2 Answered",
            "unreached",
            "Delete notes Service",
        ],
    );
}

#[test]
fn functions_that_many_calls_lie_before_are_led_to() {
    let mut steps = String::new();
    for at in 0..60 {
        let _ = writeln!(steps, "const f{at} = async () => f{}()", at + 1);
    }
    let route = format!(
        "import {{ db }} from '../../../db'
        {steps}
        const f60 = async () => {{ await db.from('ends').insert({{}}) }}
        export async function POST() {{ await f0() }}"
    );
    check(
        &[("src/app/api/ends/route.ts", &route)],
        &["POST /api/ends", "Insert ends Service Maybe depth 22"],
    );
}

#[test]
fn a_branch_that_is_decided_leads_nowhere() {
    check(
        &[
            (
                "src/purge.ts",
                "import { db } from './db'
                export async function run(all) { if (all) { await every() } else { await one() } }
                async function every() { await db.from('everything').delete() }
                async function one() { await db.from('ones').delete().eq('id', 1) }",
            ),
            (
                "src/app/api/purge/route.ts",
                "import { run } from '../../../purge'
                export async function POST() { await run(false) }",
            ),
        ],
        &[
            "POST /api/purge",
            "Delete ones Service id No depth 2",
            "unreached",
            "Delete everything Service",
        ],
    );
}

#[test]
fn jobs_that_are_classes_are_ways_in() {
    check(
        &[
            (
                "src/base.ts",
                "export abstract class BaseTask {
                  schedule(props) { queue.add({ name: this.constructor.name, props }) }
                  abstract perform(props)
                }",
            ),
            (
                "src/cleanup.ts",
                "import { BaseTask } from './base'
                import { db } from './db'
                export default class CleanupTask extends BaseTask {
                  async perform({ days }) { await db.from('notes').delete().lt('age', days) }
                }
                export class Plan extends BaseTask {
                  async perform() { await db.from('plans').delete() }
                }",
            ),
        ],
        &[
            "process CleanupTask",
            "Delete notes Service age No",
            "unreached",
            "Delete plans Service",
        ],
    );
}

#[test]
fn migrations_in_code_are_run_by_their_tool() {
    check(
        &[(
            "db/alterations/next-1.ts",
            "const alteration = {
              up: async (db) => { await db.from('notes').update({ kind: 'old' }) },
            }
            export default alteration",
        )],
        &["start db/alterations/next-1.ts opaque", "Update notes Unknown Maybe"],
    );
}

#[test]
fn a_class_may_hold_an_object_of_its_own() {
    check(
        &[
            (
                "src/main.ts",
                "import { Store } from './store'
                register('late', 'late')
                async function late() { await Store.shared.save() }
                schedule({ late: [late] })",
            ),
            (
                "src/store.ts",
                "import { db } from './db'
                export class Store {
                  static shared = new Store()
                  async save() { await db.from('notes').insert({}) }
                }",
            ),
        ],
        &["start src/main.ts opaque", "Insert notes Service Maybe depth 2"],
    );
}
