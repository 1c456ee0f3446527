//! Ways in as their framework runs them: what stands before the handler, decorators, objects that
//! the framework makes.

use smol_str::SmolStr;
use trave_backend::dispatch::{Decorated, DecoratedField, Dispatch, Parameter};
use trave_backend::effect::{Effect, Guard};
use trave_backend::entry::{Entry, Handler};
use trave_backend::frameworks;
use trave_backend::value::{Shape, Taint, Value};
use trave_source::Origin;
use trave_ts::ir::{ExprId, Field, Function, FunctionId, Param, Pattern, TypeNote};

use super::class::ClassRef;
use super::frame::FrameId;
use super::{Evaluator, Level};

/// How many base classes are asked for fields.
const BASES_MAX: usize = 8;

impl Evaluator<'_> {
    /// Runs a way in as its framework does; none when its handler alone runs.
    pub(super) fn dispatched(&mut self, handler: &Value, entry: &Entry) -> Option<Value> {
        let library = self.cx.library(entry.framework)?;
        let before = self.before(entry);
        let decorated = self.decorated(entry);
        let sample = frameworks::sample_path(&entry.path);
        let way = Dispatch {
            method: &entry.method,
            path: &entry.path,
            sample: &sample,
            handler,
            origin: entry.origin,
            params: &entry.params,
            before: &before,
            decorated: &decorated,
        };
        library.dispatch(&way, self)
    }

    /// What stands before a way in.
    fn before(&mut self, entry: &Entry) -> Vec<Value> {
        let cx = self.cx;
        let found = cx.outer(entry).map(|(id, outer)| {
            self.at_top(*id, |it| it.handler(&outer.handler)).unwrap_or_else(Value::unknown)
        });
        found.collect()
    }

    /// A method as the framework calls it: on an object that it makes.
    pub(super) fn method_of_made(&mut self, function: FunctionId, frame: FrameId) -> Option<Value> {
        let class = self.here.module.function(function)?.class?;
        let declared = self.here.module.class(class)?;
        let method = declared.methods.iter().find(|method| method.function == function)?;
        let class = ClassRef { module: self.here.id, class, frame };
        let this = if method.is_static { None } else { Some(self.construct_unknown(class)) };
        Some(self.closure_of(class, function, this))
    }

    /// The decorators around a handler.
    fn decorated(&mut self, entry: &Entry) -> Decorated {
        let module = self.here.module;
        let Handler::Function(id) = entry.handler else { return Decorated::default() };
        let Some(function) = module.function(id) else { return Decorated::default() };
        let Some(class) = function.class.and_then(|class| module.class(class)) else {
            return Decorated::default();
        };
        let own = class.methods.iter().find(|method| method.function == id);
        Decorated {
            class: self.values(&class.decorators),
            method: own.map(|method| self.values(&method.decorators)).unwrap_or_default(),
            params: self.parameters(function),
        }
    }

    fn values(&mut self, exprs: &[ExprId]) -> Vec<Value> {
        let id = self.here.id;
        let values = self.at_top(id, |it| exprs.iter().map(|expr| it.eval(*expr)).collect());
        values.unwrap_or_default()
    }

    fn parameters(&mut self, function: &Function) -> Vec<Parameter> {
        let id = self.here.id;
        let mut found = Vec::new();
        for param in &function.params {
            let note = param.note.as_deref();
            found.push(Parameter {
                name: self.name_of(param),
                decorators: self.values(&param.decorators),
                typed: note.and_then(|note| self.at_top(id, |it| it.typed(note)).flatten()),
                type_name: note.map(type_name).unwrap_or_default(),
            });
        }
        found
    }

    fn name_of(&self, param: &Param) -> SmolStr {
        match &param.pattern {
            Pattern::Name(id) => {
                self.here.module.binding(*id).map(|it| it.name.clone()).unwrap_or_default()
            }
            _ => SmolStr::default(),
        }
    }

    /// An object of a class of the project, as a framework makes it.
    pub(super) fn made_of(&mut self, class: &Value) -> Value {
        let Shape::Instance(id) = class.shape else { return class.clone() };
        let is_class = self.is_class(id);
        match self.class_ref(id).filter(|_| is_class) {
            Some(class) => self.construct_unknown(class),
            None => class.clone(),
        }
    }

    /// The fields of the class of an object, those of its base classes first.
    pub(super) fn fields_of(&mut self, object: &Value) -> Vec<DecoratedField> {
        let Shape::Instance(id) = object.shape else { return Vec::new() };
        let mut lineage = Vec::new();
        let mut at = self.class_ref(id);
        while let Some(class) = at.filter(|_| lineage.len() < BASES_MAX) {
            lineage.push(class);
            at = self.base(class);
        }
        let mut found: Vec<DecoratedField> = Vec::new();
        for class in lineage.into_iter().rev() {
            let Some(declared) = self.declared_class(class) else { continue };
            for field in declared.fields.iter().filter(|field| !field.is_static) {
                let decorators = self
                    .at_top(class.module, |it| {
                        field.decorators.iter().map(|expr| it.eval(*expr)).collect()
                    })
                    .unwrap_or_default();
                found.retain(|known| known.name != field.name);
                found.push(field_of(field, decorators));
            }
        }
        found
    }

    /// Notes that callers for whom a value is false are gone.
    pub(super) fn admit_only(&mut self, verdict: &Value, origin: Origin) {
        let refuses =
            |value: &&Value| value.truth() == Some(false) || matches!(value.shape, Shape::Never);
        let mut passing = verdict.alternatives().iter().filter(|value| !refuses(value)).peekable();
        let is_sure = passing.peek().is_some() && passing.all(|it| it.taint.has(Taint::ADMITTED));
        let is_decided = verdict.truth() == Some(true) && !is_sure;
        let level = match (is_sure, is_decided) {
            (true, _) => Level::Sure,
            (false, true) => Level::Open,
            (false, false) => Level::of(verdict.taint),
        };
        if level > self.level {
            self.level = level;
            self.push(Effect::Guard(Guard { origin, by: verdict.taint.only(Taint::IDENTITY) }));
        }
    }
}

fn field_of(field: &Field, decorators: Vec<Value>) -> DecoratedField {
    DecoratedField {
        name: field.name.clone(),
        decorators,
        type_name: field.note.as_deref().map(type_name).unwrap_or_default(),
        optional: field.optional,
    }
}

/// The name of a type, as written.
fn type_name(note: &TypeNote) -> SmolStr {
    match note {
        TypeNote::Named { name, .. } => name.clone(),
        TypeNote::Array(_) => SmolStr::new_static("[]"),
        _ => SmolStr::default(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{describe, model};

    const HOOKS: &str = "
        import { createServerClient } from '@supabase/ssr'
        import { redirect } from '@sveltejs/kit'
        import { sequence } from '@sveltejs/kit/hooks'
        const supabase = async ({ event, resolve }) => {
          event.locals.supabase = createServerClient(process.env.URL, process.env.ANON, {
            cookies: { getAll: () => event.cookies.getAll() },
          })
          event.locals.getUser = async () => {
            const { data: { user } } = await event.locals.supabase.auth.getUser()
            return user
          }
          return resolve(event)
        }
        const guard = async ({ event, resolve }) => {
          event.locals.user = await event.locals.getUser()
          if (!event.locals.user && event.url.pathname.startsWith('/app')) redirect(303, '/login')
          return resolve(event)
        }
        export const handle = sequence(supabase, guard)";

    #[test]
    fn hooks_run_before_the_handlers_of_their_application() {
        let page = "export const load = async ({ locals }) => ({
            notes: await locals.supabase.from('notes').select().eq('owner', locals.user?.id),
        })";
        let found = describe(&model(&[
            ("web/src/hooks.server.ts", HOOKS),
            ("web/src/routes/app/+page.server.ts", page),
            ("web/src/routes/open/+page.server.ts", page),
            ("other/src/routes/app/+page.server.ts", page),
        ]));
        let expected = "\
GET /app
  guard
  Select notes User owner Yes Answered
GET /open
  Select notes User owner No Answered
GET /app
  Select notes Unknown owner No Answered
";
        assert!(found.ends_with(expected), "{found}");
    }

    fn nest(method: &str) -> String {
        let guards = "
            import { AuthGuard } from '@nestjs/passport'
            import { Reflector } from '@nestjs/core'
            import { SetMetadata, createParamDecorator, UnauthorizedException } from '@nestjs/common'
            export const Public = () => SetMetadata('isPublic', true)
            export const User = createParamDecorator((data, context) =>
              context.switchToHttp().getRequest().user)
            export class JwtGuard extends AuthGuard('jwt') {
              constructor(private reflector: Reflector) { super() }
              canActivate(context) {
                const key = [context.getHandler(), context.getClass()]
                if (this.reflector.getAllAndOverride('isPublic', key)) return true
                return super.canActivate(context)
              }
            }
            export class OptionalGuard extends AuthGuard('jwt') {
              handleRequest(error, user) { return user }
            }
            export class RoleGuard {
              canActivate(context) {
                const { user } = context.switchToHttp().getRequest()
                return user.role === 'admin'
              }
            }";
        let service = "
            import { createClient } from '@supabase/supabase-js'
            export class Notes {
              db = createClient(process.env.URL, process.env.SUPABASE_SERVICE_ROLE_KEY)
              async all(owner) { return this.db.from('notes').select().eq('owner', owner) }
            }";
        let controller = format!(
            "import {{ Controller, Get, UseGuards, Query, Param }} from '@nestjs/common'
            import {{ JwtGuard, OptionalGuard, RoleGuard, Public, User }} from './guards'
            import {{ Notes }} from './notes'
            @Controller('notes')
            export class NotesController {{
              constructor(private readonly notes: Notes) {{}}
              {method}
            }}"
        );
        describe(&model(&[
            ("src/guards.ts", guards),
            ("src/notes.ts", service),
            ("src/notes.controller.ts", &controller),
        ]))
    }

    #[test]
    fn guards_run_before_the_methods_of_controllers() {
        for (method, expected) in [
            (
                "@UseGuards(JwtGuard) @Get() list(@User() user) { return this.notes.all(user.id) }",
                "  guard\n  Select notes Service owner Yes depth 1 Answered\n",
            ),
            (
                "@Public() @UseGuards(JwtGuard) @Get() list(@Query('owner') owner) {
                   return this.notes.all(owner)
                 }",
                "  Select notes Service owner No depth 1 Answered\n",
            ),
            (
                "@UseGuards(OptionalGuard) @Get() list(@User() user) {
                   return this.notes.all(user?.id)
                 }",
                "  Select notes Service owner No depth 1 Answered\n",
            ),
            (
                "@UseGuards(RoleGuard) @Get() list() { return this.notes.all(1) }",
                "  guard\n  Select notes Service owner Maybe depth 1 Answered\n",
            ),
            (
                "@UseGuards(OptionalGuard, RoleGuard) @Get() list() { return this.notes.all(1) }",
                "  guard\n  Select notes Service owner Yes depth 1 Answered\n",
            ),
            (
                "@Get() list() { return this.notes.all(1) }",
                "  Select notes Service owner No depth 1 Answered\n",
            ),
        ] {
            assert_eq!(nest(method), format!("GET /notes\n{expected}"), "{method}");
        }
    }

    #[test]
    fn modules_say_what_stands_for_a_class() {
        let notes = "
            import { Injectable, Inject } from '@nestjs/common'
            import { createClient } from '@supabase/supabase-js'
            export abstract class Notes { abstract all(owner) }
            @Injectable()
            export class SqlNotes extends Notes {
              db = createClient(process.env.URL, process.env.SUPABASE_SERVICE_ROLE_KEY)
              async all(owner) { return this.db.from('notes').select().eq('owner', owner) }
            }";
        let module = "
            import { Module } from '@nestjs/common'
            import { Notes, SqlNotes } from './notes'
            @Module({ providers: [
              { provide: Notes, useClass: SqlNotes },
              { provide: 'OTHER', useFactory: () => new SqlNotes() },
            ] })
            export class AppModule {}";
        let controller = "
            import { Controller, Get, Inject, Query } from '@nestjs/common'
            import { Notes } from './notes'
            @Controller('notes')
            export class NotesController {
              constructor(private notes: Notes, @Inject('OTHER') private other: INotes) {}
              @Get() list(@Query('owner') owner) { return this.notes.all(owner) }
              @Get('other') others(@Query('owner') owner) { return this.other.all(owner) }
            }";
        let found = describe(&model(&[
            ("src/notes.ts", notes),
            ("src/app.module.ts", module),
            ("src/notes.controller.ts", controller),
        ]));
        let query = "  Select notes Service owner No depth 1 Answered Answered\n";
        assert_eq!(found, format!("GET /notes\n{query}GET /notes/other\n{query}"));
    }
}
