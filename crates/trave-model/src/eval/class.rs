//! Classes: construction, inheritance, methods and fields.

use smol_str::SmolStr;
use trave_backend::value::{ClosureId, LibraryValue, Shape, Value};
use trave_source::Origin;
use trave_ts::ir::{Call, Class, ClassId, ExprId, FunctionId, Method};

use super::call::Site;
use super::frame::{Closure, FrameId, Instance};
use super::invoke::Caller;
use super::{Evaluator, Here, ModuleId, builtins};

/// How many base classes are followed.
const BASES_MAX: u32 = 8;

/// Where an object keeps what it has of the class of a library; no property is called so.
const LIBRARY_PART: &str = "(library)";

/// With how many unknown values a base class is made whose constructor is inherited.
const ARGS_MAX: usize = 4;

/// A class as it stands: where it was declared and what it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ClassRef {
    pub(super) module: ModuleId,
    pub(super) class: ClassId,
    pub(super) frame: FrameId,
}

impl<'p> Evaluator<'p> {
    pub(super) fn construct(&mut self, id: ExprId, call: &'p Call) -> Value {
        let callee = self.eval(call.callee);
        let mut site = self.site(id, call);
        site.is_new = true;
        self.construct_value(&callee, site)
    }

    pub(super) fn construct_value(&mut self, callee: &Value, site: Site) -> Value {
        match &callee.shape {
            Shape::Instance(id) => match self.class_ref(*id) {
                Some(class) => self.construct_class(class, site.args, Some(site.origin)),
                None => Value::unknown(),
            },
            Shape::Library(library) if library.library == builtins::LIBRARY => {
                self.construct_builtin(&library.name.clone(), &site)
            }
            Shape::Library(_) => self.call_library(callee, None, site),
            Shape::OneOf(values) => {
                let made: Vec<Value> =
                    values.iter().map(|value| self.construct_value(value, site.clone())).collect();
                Value::one_of(made)
            }
            _ => self.call_unknown(callee, &site),
        }
    }

    pub(super) fn class_ref(&self, id: ClosureId) -> Option<ClassRef> {
        let it = self.instances.get(id.0 as usize)?;
        Some(ClassRef { module: it.module, class: it.class, frame: it.frame })
    }

    /// Whether it is the class itself rather than an object of it.
    pub(super) fn is_class(&self, id: ClosureId) -> bool {
        self.instances.get(id.0 as usize).is_some_and(|it| it.is_class)
    }

    pub(super) fn declared_class(&self, class: ClassRef) -> Option<&'p Class> {
        self.cx.module(class.module)?.class(class.class)
    }

    pub(super) fn construct_class(
        &mut self,
        class: ClassRef,
        args: Vec<Value>,
        origin: Option<Origin>,
    ) -> Value {
        let this = self.new_instance(Instance {
            module: class.module,
            class: class.class,
            frame: class.frame,
            is_class: false,
            is_lasting: self.at_top > 0,
            fields: Vec::new(),
        });
        self.initialise(class, &this, (args, origin, BASES_MAX));
        this
    }

    /// An object of a class, made by somebody unknown with whatever.
    pub(super) fn construct_unknown(&mut self, class: ClassRef) -> Value {
        let constructor = self.declared_class(class).and_then(|declared| {
            declared.methods.iter().find(|method| method.name == "constructor")
        });
        let function =
            constructor.and_then(|it| self.cx.module(class.module)?.function(it.function));
        let args = match function {
            Some(function) => {
                let params = function.params.iter();
                params.map(|param| self.injected(class, param)).collect()
            }
            None => vec![Value::of(Shape::Unknown); ARGS_MAX],
        };
        self.construct_class(class, args, None)
    }

    /// Runs field initialisers and the constructor of a class on an object.
    fn initialise(
        &mut self,
        class: ClassRef,
        this: &Value,
        (args, origin, bases): (Vec<Value>, Option<Origin>, u32),
    ) {
        let (Some(bases), Some(declared)) = (bases.checked_sub(1), self.declared_class(class))
        else {
            return;
        };
        let constructor = declared.methods.iter().find(|method| method.name == "constructor");
        if constructor.is_none()
            && let Some(base) = self.base(class)
        {
            self.initialise(base, this, (args.clone(), origin, bases));
        }
        self.initialise_fields(class, declared, this);
        if let Some(constructor) = constructor {
            let function = self.closure_of(class, constructor.function, Some(this.clone()));
            if let Shape::Function(id) = function.shape {
                self.invoke(id, args, Caller { origin, ..Caller::default() });
            }
        }
    }

    fn initialise_fields(&mut self, class: ClassRef, declared: &'p Class, this: &Value) {
        let Shape::Instance(id) = this.shape else { return };
        for field in declared.fields.iter().filter(|field| !field.is_static) {
            let value = self.in_class(class, Some(this.clone()), |it| {
                let value =
                    field.value.map_or_else(|| Value::of(Shape::Unknown), |value| it.eval(value));
                it.with_note(value, field.note.as_deref())
            });
            if let Some(value) = value {
                self.set_field(id, field.name.clone(), value);
            }
        }
    }

    /// `super(…)`: the base class on the same object.
    pub(super) fn call_super(&mut self, site: Site) {
        let Some(this) = self.here.this.clone() else { return };
        let Some(class) = self.class_around() else { return };
        match self.base(class) {
            Some(base) => {
                self.initialise(base, &this, (site.args, Some(site.origin), BASES_MAX - 1));
            }
            None => self.initialise_library(class, &this, (site.args, Some(site.origin))),
        }
    }

    /// `super(…)` of a class that extends one of a library: what the object has of that.
    fn initialise_library(
        &mut self,
        class: ClassRef,
        this: &Value,
        (args, origin): (Vec<Value>, Option<Origin>),
    ) {
        let Shape::Instance(id) = this.shape else { return };
        let Some(extends) = self.declared_class(class).and_then(|declared| declared.extends) else {
            return;
        };
        let Some(base) = self.in_class(class, None, |it| it.eval(extends)) else { return };
        if !matches!(&base.shape, Shape::Library(library) if library.library != builtins::LIBRARY) {
            return;
        }
        let at = self.at(trave_source::Span::default());
        let origin = origin.unwrap_or(at);
        let type_args = self.base_types(class);
        let site = Site { is_new: true, type_args, ..Site::plain(args, origin) };
        let made = self.construct_value(&base, site);
        self.fill_field(id, SmolStr::new_static(LIBRARY_PART), made);
    }

    /// The project's class that a class extends.
    pub(super) fn base(&mut self, class: ClassRef) -> Option<ClassRef> {
        let extends = self.declared_class(class)?.extends?;
        let base = self.in_class(class, None, |it| it.eval(extends))?;
        match base.shape {
            Shape::Instance(id) => self.class_ref(id),
            _ => None,
        }
    }

    /// What an object has of the class of a library that its own class extends, if it does.
    pub(super) fn library_part(&mut self, id: ClosureId) -> Option<Value> {
        if let Some(part) = self.field(id, LIBRARY_PART) {
            return Some(part.clone()).filter(|part| part.library().is_some());
        }
        let is_class = self.instances.get(id.0 as usize)?.is_class;
        let mut class = self.class_ref(id)?;
        for _ in 0..BASES_MAX {
            match self.base(class) {
                Some(base) => class = base,
                None => break,
            }
        }
        let extends = self.declared_class(class)?.extends?;
        let base = self.in_class(class, None, |it| it.eval(extends))?;
        let is_foreign = |it: &LibraryValue| it.library != builtins::LIBRARY;
        let part = match base.library().filter(|it| is_foreign(it)) {
            // The methods of the class itself are those of the class that it extends.
            Some(_) if is_class => base,
            Some(_) => {
                let mut site = self.nowhere();
                site.is_new = true;
                site.type_args = self.base_types(class);
                self.call_library(&base, None, site)
            }
            None => Value::unknown(),
        };
        self.fill_field(id, SmolStr::new_static(LIBRARY_PART), part.clone());
        Some(part).filter(|part| part.library().is_some())
    }

    /// The types that a class gives to what it extends.
    fn base_types(&self, class: ClassRef) -> Vec<SmolStr> {
        let declared = self.declared_class(class);
        declared.map(|it| self.names_of(class.module, &it.extends_args)).unwrap_or_default()
    }

    /// Runs something where a class stands.
    pub(super) fn in_class<R>(
        &mut self,
        class: ClassRef,
        this: Option<Value>,
        run: impl FnOnce(&mut Self) -> R,
    ) -> Option<R> {
        let module = self.cx.module(class.module)?;
        let frame = class.frame;
        let function = self.frames.get(frame.0 as usize)?.function;
        let here = Here { module, id: class.module, frame, function, this };
        let outer = std::mem::replace(&mut self.here, here);
        let result = run(self);
        self.here = outer;
        Some(result)
    }

    pub(super) fn closure_of(
        &mut self,
        class: ClassRef,
        function: FunctionId,
        this: Option<Value>,
    ) -> Value {
        self.new_closure(Closure { module: class.module, function, frame: class.frame, this })
    }

    /// A field, getter or method of an object or class.
    pub(super) fn method_or_field(
        &mut self,
        this: &Value,
        id: ClosureId,
        name: &str,
    ) -> Option<Value> {
        if let Some(field) = self.field(id, name) {
            return Some(field.clone());
        }
        let class = self.class_ref(id);
        self.looked_up(class, (this, id), name)
    }

    /// A getter or method of a class or of what it extends.
    fn looked_up(
        &mut self,
        mut class: Option<ClassRef>,
        (this, id): (&Value, ClosureId),
        name: &str,
    ) -> Option<Value> {
        let is_class = self.instances.get(id.0 as usize)?.is_class;
        for _ in 0..BASES_MAX {
            let at = class?;
            let declared = self.declared_class(at)?;
            let fits = |method: &&Method| method.name == name && method.is_static == is_class;
            if let Some(method) = declared.methods.iter().find(fits) {
                return Some(self.method(at, method, this));
            }
            if let Some(value) = self.static_field(at, (declared, id), name) {
                return Some(value);
            }
            class = match self.base(at) {
                Some(base) => Some(base),
                // What a library made for the object answers itself.
                None if self.field(id, LIBRARY_PART).is_some() => return None,
                None => return self.inherited(at, name),
            };
        }
        None
    }

    /// `super.name`: what the class around has from the one that it extends.
    pub(super) fn super_member(&mut self, name: &str) -> Option<Value> {
        let this = self.here.this.clone()?;
        let Shape::Instance(id) = this.shape else { return None };
        let class = self.class_around()?;
        match self.base(class) {
            Some(base) => self.looked_up(Some(base), (&this, id), name),
            None => self.inherited(class, name),
        }
    }

    /// What the object of the method that is running has of a class of a library.
    pub(super) fn super_part(&mut self) -> Option<Value> {
        let this = self.here.this.clone()?;
        let Shape::Instance(id) = this.shape else { return None };
        self.library_part(id).map(|part| super::call::made_for(part, &this))
    }

    /// The class whose method is running.
    fn class_around(&self) -> Option<ClassRef> {
        let module = self.here.module;
        let (mut function, mut frame) = (self.here.function, self.here.frame);
        loop {
            let lowered = module.function(function)?;
            frame = self.frames.get(frame.0 as usize).and_then(|it| it.parent).unwrap_or(frame);
            if let Some(class) = lowered.class {
                return Some(ClassRef { module: self.here.id, class, frame });
            }
            function = lowered.parent?;
        }
    }

    /// A member that a class has from one of a library.
    fn inherited(&mut self, class: ClassRef, name: &str) -> Option<Value> {
        let extends = self.declared_class(class)?.extends?;
        let base = self.in_class(class, None, |it| it.eval(extends))?;
        let library = base.library().filter(|it| it.library != builtins::LIBRARY)?;
        let at = self.at(trave_source::Span::default());
        self.library_of(library)?.member(library, name, at)
    }

    fn method(&mut self, class: ClassRef, method: &Method, this: &Value) -> Value {
        let function = self.closure_of(class, method.function, Some(this.clone()));
        match function.shape {
            Shape::Function(id) if method.is_getter => {
                self.invoke(id, Vec::new(), Caller::default())
            }
            _ => function,
        }
    }

    /// Calls a method of an object, or a function in a field of it.
    pub(super) fn call_member(
        &mut self,
        receiver: &Value,
        id: ClosureId,
        (method, site): (&str, Site),
    ) -> Value {
        let made = self.closures.len();
        match self.method_or_field(receiver, id, method) {
            Some(function) => {
                let value = self.call_value(&function, site);
                self.forget_method(&function, made);
                value
            }
            None => match self.library_part(id) {
                Some(part) => {
                    self.call_method(&super::call::made_for(part, receiver), method, site)
                }
                None => self.call_unknown(receiver, &site),
            },
        }
    }

    /// Gives a method back that was only looked up to be called: nobody else can know it, and
    /// frames that hold it need not stay. Functions in fields do stay.
    fn forget_method(&mut self, function: &Value, made: usize) {
        let is_last = self.closures.len() == made + 1
            && matches!(function.shape, Shape::Function(id) if id.0 as usize == made);
        if is_last && self.closures.last().is_some_and(|it| self.is_method(it)) {
            self.closures.pop();
        }
    }

    fn is_method(&self, closure: &Closure) -> bool {
        let Some(module) = self.cx.module(closure.module) else { return false };
        let class = module.function(closure.function).and_then(|it| module.class(it.class?));
        class.is_some_and(|it| it.methods.iter().any(|it| it.function == closure.function))
    }

    fn static_field(
        &mut self,
        class: ClassRef,
        (declared, id): (&'p Class, ClosureId),
        name: &str,
    ) -> Option<Value> {
        let field = declared.fields.iter().find(|field| field.is_static && field.name == name)?;
        let this = Value::of(Shape::Instance(id));
        let value = self.in_class(class, Some(this), |it| match field.value {
            Some(value) => it.eval(value),
            None => Value::undefined(),
        })?;
        self.set_field(id, field.name.clone(), value.clone());
        Some(value)
    }
}
