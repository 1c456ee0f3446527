//! What files lower to, as printed text.

use trave_source::FileId;

use crate::ir::{DEPTH_MAX, Module};
use crate::{parse, print};

fn module(text: &str) -> Module {
    parse(FileId(0), "file.tsx", text)
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let printed = print(&module(text));
    let lines: Vec<_> = printed.lines().map(str::trim_end).collect();
    let expected: Vec<_> = expected.trim().lines().map(str::trim_end).collect();
    assert_eq!(lines, expected, "\n{printed}");
}

#[test]
fn imports_bind_names_and_exports_name_them() {
    check(
        "import a, { b as c, type T, default as d } from 'm';
import * as ns from './ns';
import type { U } from './u';
import './side';
import old = require('old');
export { c as renamed, ns as default, type T };
export const one = a, { two, three: [four] } = ns;
export var five = 5;",
        "import default as a#0 from 'm'
import b as c#1 from 'm'
import type T as T#2 from 'm'
import default as d#3 from 'm'
import * as ns#4 from './ns'
import type U as U#5 from './u'
import nothing from './side'
import * as old#6 from 'old'
let one#7 = a#0
let { two: two#9, three: [four#8] } = ns#4
let five#10 = 5
export renamed = c#1
export default = ns#4
export T = T#2
export one = one#7
export four = four#8
export two = two#9
export five = five#10",
    );
}

#[test]
fn names_of_other_modules_are_passed_on() {
    check(
        "export { a as b, default } from './x'; export * from './y'; export * as z from './z';
export type { T } from './t';",
        "export b = a from './x'
export default = default from './x'
export * = * from './y'
export z = * from './z'
export T = T from './t'",
    );
}

#[test]
fn a_default_export_is_a_name_or_an_expression() {
    check("export default async function () {}", "export default = () async => {\n}");
    check("export default function f() {}", "function f#0()\nexport default = f#0");
    check("const a = 1; export default a;", "let a#0 = 1\nexport default = a#0");
    check("export default wrap(x);", "export default = wrap(x)");
    check("export = { a };", "export default = { a: a }");
}

#[test]
fn common_modules_export_by_assignment() {
    check(
        "exports.a = f; module.exports = { b, c: 1 };",
        "exports.a = f
module.exports = { b: b, c: 1 }
export a = f
export default = { b: b, c: 1 }
export b = b
export c = 1",
    );
}

#[test]
fn loaded_modules_are_expressions() {
    check(
        "const { a } = require('x');
const y = await import('y');
const lazy = () => import(`z`);
function f(require) { require('no'); }",
        "import * from 'x'
import * from 'y'
import * from 'z'
let { a: a#0 } = import('x')
let y#1 = await import('y')
let lazy#2 = () => import('z')
function f#3(require#4)
  require#4(\"no\")",
    );
}

#[test]
fn names_mean_the_nearest_declaration_wherever_it_stands() {
    check(
        "use(later);
const later = 1;
{ const later = 2; use(later); }
function f(later) { if (later) { var deep = later; for (var own of x); } return [deep, own]; }
const own = 1;
for (const later of [1]) use(later);
try { } catch (later) { use(later); }
use(f, missing);",
        "use(later#0)
let later#0 = 1
block
  let later#3 = 2
  use(later#3)
let own#2 = 1
loop of later#7 ([1])
  use(later#7)
try
catch later#8
  use(later#8)
use(f#1, missing)
function f#1(later#4)
  if later#4
    let deep#5 = later#4
    loop of own#6 (x)
  return [deep#5, own#6]",
    );
}

#[test]
fn assignment_marks_its_names() {
    let module = module("let a = 1, b, c = 2, d; a = 2; [b] = x; d++; ({ k: a.b } = c);");
    let reassigned: Vec<_> =
        module.bindings.iter().filter(|it| it.reassigned).map(|it| it.name.as_str()).collect();
    assert_eq!(reassigned, ["a", "b", "d"]);
}

#[test]
fn patterns_keep_defaults_rests_and_holes() {
    check(
        "const { a = 1, b: { c } = {}, 'd-e': f, [g]: h, ...i } = x; const [, j = 2, ...[k]] = y;
({ a, l: m.n, ...o.p } = q);",
        "let { a: a#4 = 1, b: { c: c#3 } = {  }, d-e: f#2, []: h#1, ...i#0 } = x
let [, j#6 = 2, ...[k#5]] = y
{ a: a#4, l: m.n, ...o.p } = q",
    );
}

#[test]
fn functions_are_known_by_what_they_are_assigned_to() {
    let module = module(
        "function a() {} const b = () => 1; x.c = function () {}; ({ d: async () => {}, e() {} });
class K { f = () => {}; g() {} } const h = function own() {}; export default () => {};",
    );
    let names: Vec<_> = module.functions.iter().filter_map(|it| it.name.as_deref()).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e", "f", "g", "own", "default"]);
    let members = module.functions.iter().filter(|it| it.class.is_some());
    assert_eq!(members.filter_map(|it| it.name.as_deref()).collect::<Vec<_>>(), ["f", "g"]);
}

#[test]
fn classes_keep_their_members() {
    check(
        "@Controller('notes') export class Notes extends Base<X> implements I {
  @Column() static count = 1;
  #db: Db;
  constructor(private readonly db: Db, @Inject(K) other?: Other) { super(); this.#db = db; }
  @Get(':id') async one(@Param('id') id: string): Promise<Note> { return this.db.find(id); }
  get size() { return 1; } set size(v) {}
  static { start(); }
}",
        "@Controller(\"notes\")
class Notes#0 extends Base implements I
  @Column()
  static count = 1
  #db: Db
  static static = () => {
  start()
}()
  constructor(this.db#1: Db, @Inject(K) other#2: Other)
    super()
    this.#db = db#1
  @Get(\":id\")
  one(@Param(\"id\") id#3): Promise<Note> async
    return this.db.find(id#3)
  get size()
    return 1
  set size(v#4)
export Notes = Notes#0",
    );
}

#[test]
fn fields_know_the_type_they_are_annotated_with() {
    let text =
        "class A { @Column({ nullable: true }) name?: string | null = null; plain; at!: Date; }";
    let module = crate::parse(trave_source::FileId(0), "a.ts", text);
    let slice =
        |span: trave_source::Span| text.get(span.start as usize..span.end as usize).unwrap();
    let fields: Vec<_> = module.classes[0]
        .fields
        .iter()
        .map(|field| (slice(field.span), field.annotation.map(slice), field.optional))
        .collect();
    assert_eq!(
        fields,
        [
            ("name?: string | null = null", Some("string | null"), true),
            ("plain", None, false),
            ("at!: Date", Some("Date"), false),
        ]
    );
}

#[test]
fn enums_and_namespaces_are_objects() {
    check(
        "enum E { A, B = 4, C, D = 'd' } export namespace N { export const a = 1; const b = a; }
N.a;",
        "block
  let a#2 = 1
  let b#3 = a#2
  let N#1 = { a: a#2 }
N#1.a
enum E#0 = { A: 0, B: 4, C: 5, D: \"d\" }
export N = N#1",
    );
}

#[test]
fn expressions_keep_their_shape() {
    check(
        r"a?.b['c']?.[d]!(...e, 1).f?.();
new K<Db>('x', { g, [h]: 1, 'i j': 2, ...k, m() { return 1 }, get n() { return 2 }, set n(v) {} });
p ? q : r && s || t ?? u;
-1 + +v * typeof w;
void 0, delete x.y, z++;
/re/g.test(null, undefined, true, 0x10);
import.meta.env.KEY;",
        "a?.b.c[d](...e, 1).f?.()
new K<Db>(\"x\", { g: g, [h]: 1, i j: 2, ...k, m: () => 1, n: () => 2() })
(p ? q : (((r && s) || t) ?? u))
((- 1) + ((+ v) * (typeof w)))
other(undefined, (delete x.y), (++ z))
/re/g.test(null, undefined, true, 16)
import.meta.env.KEY",
    );
}

#[test]
fn templates_have_decoded_text_with_its_place() {
    check(
        "sql<Row[]>`select ${id} from t`; `plain\\n`; `${a}${b}\\`c`; tag``;",
        "sql`select ${id} from t`
\"plain\\n\"
`${a}${b}`c`
tag``",
    );
    let text = "q`ab${c}de`";
    let module = module(text);
    let spans: Vec<_> = module.exprs.iter().flat_map(|expr| texts(&expr.kind)).collect();
    assert_eq!(spans, ["ab", "de"].map(|part| (part, text.find(part).unwrap())).to_vec());
}

fn texts(kind: &crate::ir::ExprKind) -> Vec<(&str, usize)> {
    let crate::ir::ExprKind::Tagged { parts, .. } = kind else { return Vec::new() };
    let text = |part: &'_ crate::ir::TemplatePart| match part {
        crate::ir::TemplatePart::Text(_, span) => Some(span.start as usize),
        crate::ir::TemplatePart::Hole(_) => None,
    };
    let names = parts.iter().filter_map(|part| match part {
        crate::ir::TemplatePart::Text(name, _) => Some(name.as_str()),
        crate::ir::TemplatePart::Hole(_) => None,
    });
    names.zip(parts.iter().filter_map(text)).collect()
}

#[test]
fn jsx_keeps_the_expressions_in_it() {
    check(
        "const p = <Page a={b} c='d' {...e}>text {f()} <div g={(x) => x}/> R & D <N.M/></Page>;",
        "let p#0 = other(Page, b, e, f(), other((x#1) => x#1), other(N.M))",
    );
}

#[test]
fn types_keep_what_may_tell_a_client() {
    check(
        "import type { Db } from './db';
export interface Deps extends Base { db: Db; n: number; list?: Array<Item> }
type A = Awaited<ReturnType<typeof make>> | null;
type B = { client: SupabaseClient<Database, 'public'>, id: string };
type C = 'x' | 'y';
type D = string;
function make(a: Promise<Db>, b: string, c: typeof a): Readonly<Db> {}
const e = f as unknown as Db, g = h as const, i = j as string, k = l satisfies Db, m = o!;
export { B };",
        "import type Db as Db#0 from './db'
let e#2 = (f as Db#0)
let g#3 = h
let i#4 = j
let k#5 = l
let m#6 = o
function make#1(a#7: Promise<Db#0>, b#8, c#9: typeof a#7): Db#0
export type Deps = Base | { db: Db#0, list: Item[] }
type A = return of make#1
export type B = { client: SupabaseClient<Database, 'public'> }
type C = 'x' | 'y'
type D = _",
    );
}

#[test]
fn statements_keep_their_order_and_nesting() {
    check(
        "'use server';
if (a) b(); else if (c) { return d; } else throw e;
for (let i = 0; i < n; i++) { continue; }
for (;;) break;
for (x of xs) y();
for await (const [k] of ks) {}
while (w) z(); do { v(); } while (w);
switch (s) { case 1: const q = 1; break; default: u(q); }
try { t(); } catch { h(); } finally { l(); }",
        "'use server'
\"use server\"
if a
  b()
else
  if c
    return d
  else
    throw e
let i#0 = 0
loop for ((i#0 < n); (++ i#0))
  break
loop for ()
  break
loop of x (xs)
  y()
loop of [k#1] (ks)
loop while (w)
  z()
loop dowhile (w)
  v()
switch s
case 1
  let q#2 = 1
  break
case default
  u(q#2)
try
  t()
catch
  h()
finally
  l()",
    );
}

#[test]
fn an_error_loses_itself_only() {
    let module = module("const a = 1;\nconst = ;\nexport const GET = () => a;\nfunction f( {}\n");
    assert!(module.exports.iter().any(|export| export.name == "GET"), "{}", print(&module));
    assert!(!module.errors.is_empty());
}

#[test]
fn comments_to_trave_are_kept() {
    let text = "// trave-ignore rls/x: why\n/* trave-ignore-file y: z */ // trave is fine
f(<a>{/* trave-ignore q: jsx */}</a>);";
    let texts: Vec<_> = module(text).comments.into_iter().map(|it| it.text).collect();
    assert_eq!(texts, ["trave-ignore rls/x: why", "trave-ignore-file y: z", "trave-ignore q: jsx"]);
}

#[test]
fn data_and_bundles_are_not_read() {
    let bundle = "a();".repeat(10_000);
    let data = "a();\n".repeat(600_000);
    let comments = "/*\n".repeat(10_000);
    for text in [bundle, data, comments] {
        let module = module(&text);
        assert_eq!((module.exprs.len(), module.errors.len(), module.functions.len()), (0, 1, 1));
    }
}

#[test]
fn nesting_ends_somewhere() {
    let opens =
        ["(", "[", "{a:", "f(", "()=>{", "if(x){", "`${", "class A{m(){", "<a>", "!", "a=>"];
    for open in opens {
        let module = module(&format!("const q = {}", format!("{open}\n").repeat(3_000)));
        assert!(module.exprs.len() < 100_000);
    }
    let chain = module(&format!("a{}", ".b()\n".repeat(3_000)));
    assert!(chain.exprs.len() < DEPTH_MAX as usize + 2);
}

#[test]
fn types_in_declaration_files_are_read() {
    let text = "const x = <Db>y; let z: typeof import('a').b; function f<T>(a: T): a is T {}";
    let module = parse(FileId(0), "a.ts", text);
    assert!(module.errors.is_empty(), "{:?}", module.errors);
    let printed = print(&module);
    assert!(printed.contains("let x#0 = (y as Db)"), "{printed}");
    assert!(printed.contains("let z#1: typeof import('a').b"), "{printed}");
}

/// A little of everything.
const SOUND: &str = r#"'use server';
import a, { b as c, type T } from 'x'; import * as ns from "./y"; export * as z from './z';
@d({ e: 1 }) export default class K<P> extends L<P> {
  #f: Db = new Db('é'); static { g(); }
  constructor(private readonly h: H, @I() i?: J) { super(...i); this.h?.['j']?.(k!); }
  async *m(): AsyncGenerator<N> { for await (const { o = 1, ...p } of q) yield o as unknown as P; }
}
export const GET = r(async ({ s: [t, , ...u] = [] }: V, w = `é${t}\`${`x`}`) => {
  try { const { data } = await sql<Row[]>`select ${t} from é where "y" = ${w}`; if (!data) throw 0; }
  catch { switch (t) { case 1: { break; } default: return <A b={c} {...u}>é & <B.C/> {`d`}</A>; } }
});
enum E { A, B = 'b' } namespace F { export const G = /re[/]x/gi; } type H = { i: Awaited<J> } | K[];
label: do { x ||= y ? (z, 1) : -2; delete x.y, x++ } while (typeof x !== 'é' && x?.y in z);
"#;

/// Cuts, doubles and breaks a sound file in many places: nothing may panic, and every span must
/// fit the text.
#[test]
fn broken_files_are_read_as_far_as_they_go() {
    let sound = SOUND.repeat(2);
    let pieces = ["{", "}", "`", "${", "<", "=>", "'", "/*", "é", "import ", "...", "class "];
    for (step, piece) in (0..sound.len()).step_by(7).zip(pieces.iter().cycle()) {
        let Some((before, after)) = sound.split_at_checked(step) else { continue };
        for text in [before, after, &format!("{before}{piece}{after}")] {
            let module = module(text);
            let fits = |expr: &crate::ir::Expr| {
                text.get(expr.span.start as usize..expr.span.end as usize).is_some()
            };
            assert!(module.exprs.iter().all(fits), "{step} {piece}");
        }
    }
}

#[test]
fn an_awaited_chain_with_type_arguments_is_awaited_as_a_whole() {
    check(
        "async function f(db: any) {
  const { data } = await db.from('a').select<Row>('id').eq('x', await g<T>(1));
}",
        "function f#0(db#1) async
  let { data: data#2 } = await db#1.from(\"a\").select<Row>(\"id\").eq(\"x\", await g<T>(1))
",
    );
}
