//! Which routine a name means: functions and procedures share their names.

use smol_str::{SmolStr, ToSmolStr};
use trave_sql::{ArgumentMode, Call, ExprKind, ObjectKind, RoutineName};

use super::drop_function::takes;
use super::expression::{self, Node};
use super::session::Session;
use super::store::FunctionKey;
use super::{Failure, Outcome};
use crate::{Function, QualifiedName};

impl Session {
    /// The function that a statement names; none where one made elsewhere is assumed.
    pub(super) fn find_routine(
        &mut self,
        kind: ObjectKind,
        routine: &RoutineName,
    ) -> Result<Option<FunctionKey>, Failure> {
        let missing = || Failure::missing("function", &routine.name);
        let found = match &routine.arguments {
            None => {
                let mut all = self.functions_named(&routine.name);
                let functions = &self.catalog().functions;
                all.retain(|key| functions.get(key).is_some_and(|one| one.is_called(kind)));
                if all.len() > 1 {
                    return Err(Failure::new(format!("{} is not unique", routine.name)));
                }
                all.pop()
            }
            Some(arguments) => {
                let inputs = arguments.iter().filter(|one| one.mode != ArgumentMode::Out);
                let mut types = Vec::new();
                for argument in inputs {
                    types.push(self.resolve_argument_type(&argument.data_type)?);
                }
                let types = types.join(", ").to_smolstr();
                let names = self.candidates(&routine.name).into_iter();
                let mut keys = names.map(|name| (name, types.clone()));
                let functions = &self.catalog().functions;
                let found = keys.find(|key| functions.contains_key(key));
                let is_other =
                    |key: &FunctionKey| functions.get(key).is_some_and(|one| !one.is_called(kind));
                if found.as_ref().is_some_and(is_other) {
                    return Err(Failure::new(format!("{} is of another kind", routine.name)));
                }
                found
            }
        };
        match found {
            Some(key) => Ok(Some(key)),
            None if self.assumes_missing() => Ok(None),
            None => Err(missing()),
        }
    }

    /// Every function of a name, in the first schema of the path that has one.
    pub(super) fn functions_named(&self, name: &trave_sql::ObjectName) -> Vec<FunctionKey> {
        let mut candidates = self.candidates(name).into_iter();
        let found = candidates.find(|name| self.knows_function(name));
        found.map(|name| self.overloads(&name)).unwrap_or_default()
    }

    /// Whether a function of this name is in the catalog.
    pub(super) fn knows_function(&self, name: &QualifiedName) -> bool {
        let from = (name.clone(), SmolStr::default());
        self.catalog().functions.range(from..).next().is_some_and(|((found, _), _)| found == name)
    }

    /// Every function of a full name.
    pub(super) fn overloads(&self, name: &QualifiedName) -> Vec<FunctionKey> {
        let from = (name.clone(), SmolStr::default());
        let all = self.catalog().functions.range(from..);
        all.take_while(|((found, _), _)| found == name).map(|(key, _)| key.clone()).collect()
    }

    /// A call means one function: without arguments two that can be called so are one too many,
    /// and of a full name one has to take as many as are given.
    pub(super) fn refuse_wrong_calls(&self, node: Node<'_>) -> Outcome {
        let mut outcome = Ok(());
        if self.assumes_missing() {
            return outcome;
        }
        expression::walk(node, &mut |node| {
            if let Node::Expr(trave_sql::Expr { kind: ExprKind::Call(call), .. }) = node {
                outcome = self.refuse_wrong_call(call);
            }
            outcome.is_ok()
        });
        outcome
    }

    fn refuse_wrong_call(&self, call: &Call) -> Outcome {
        let all = self.functions_named(&call.name);
        let functions = &self.catalog().functions;
        let given = call.arguments.len();
        let able = |key: &&FunctionKey| functions.get(*key).is_some_and(|one| takes(one, given));
        match all.iter().filter(able).count() {
            0 if !all.is_empty() && call.name.schema.is_some() => {
                Err(Failure::new(format!("no {} takes {given} arguments", call.name)))
            }
            0 | 1 => Ok(()),
            _ if given == 0 => Err(Failure::new(format!("{}() is not unique", call.name))),
            _ => Ok(()),
        }
    }
}

impl Function {
    /// Whether it is what a statement calls a function, a procedure or a routine.
    pub(super) fn is_called(&self, kind: ObjectKind) -> bool {
        match kind {
            ObjectKind::Procedure => self.is_procedure,
            ObjectKind::Routine => true,
            _ => !self.is_procedure,
        }
    }
}
