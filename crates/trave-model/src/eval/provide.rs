//! What a framework hands to constructors: objects of classes that stand for others, values, what
//! factories make.

use smol_str::SmolStr;
use trave_backend::dispatch::{How, Injected, Provided};
use trave_backend::value::{Shape, Value};
use trave_ts::ir::{ClassId, Param};

use super::class::ClassRef;
use super::{Evaluator, ModuleId};

/// More providers than this for one token say nothing.
const PROVIDERS_MAX: usize = 4;

/// What something is asked for by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Class(ModuleId, ClassId),
    Text(SmolStr),
}

impl<'p> Evaluator<'p> {
    /// What a framework hands to a parameter, where its decorator tells and its type does not.
    pub(super) fn injected(&mut self, class: ClassRef, param: &'p Param) -> Value {
        let unknown = Value::of(Shape::Unknown);
        if param.decorators.is_empty() {
            return unknown;
        }
        let decorators = self.in_class(class, None, |it| {
            param.decorators.iter().map(|decorator| it.eval(*decorator)).collect::<Vec<_>>()
        });
        let told = decorators.into_iter().flatten().find_map(|decorator| {
            let library = decorator.library()?;
            self.library_of(library)?.injected(library)
        });
        match told {
            Some(Injected::Token(token)) => self.provided_for(&token).unwrap_or(unknown),
            Some(Injected::Value(value)) => {
                let typed = param.note.as_deref();
                let typed =
                    typed.and_then(|note| self.at_top(class.module, |it| it.typed(note)).flatten());
                let is_own = typed.is_some_and(|typed| matches!(typed.shape, Shape::Instance(_)));
                if is_own { unknown } else { value }
            }
            None => unknown,
        }
    }

    /// What modules provide for a token that a decorator names.
    fn provided_for(&mut self, token: &Value) -> Option<Value> {
        let token = match token.shape {
            Shape::Function(_) => self.run_value(token, Vec::new()),
            _ => token.clone(),
        };
        let token = self.token_of(&token)?;
        self.provided(&token)
    }

    fn token_of(&self, value: &Value) -> Option<Token> {
        match &value.shape {
            Shape::Text(text) => Some(Token::Text(text.clone())),
            Shape::Instance(id) if self.is_class(*id) => {
                let class = self.class_ref(*id)?;
                Some(Token::Class(class.module, class.class))
            }
            _ => None,
        }
    }

    /// What modules provide for a token.
    pub(super) fn provided(&mut self, token: &Token) -> Option<Value> {
        let all = self.tokens();
        let own = all.iter().filter(|(known, ..)| known == token);
        let own: Vec<(ModuleId, Provided)> = own.map(|(_, id, it)| (*id, *it)).collect();
        if own.is_empty() || own.len() > PROVIDERS_MAX {
            return None;
        }
        let made: Vec<Value> =
            own.into_iter().filter_map(|(id, it)| self.provide(id, it, token)).collect();
        (!made.is_empty()).then(|| Value::one_of(made))
    }

    /// The tokens of every provider.
    fn tokens(&mut self) -> std::sync::Arc<Vec<(Token, ModuleId, Provided)>> {
        if let Some(known) = &self.tokens {
            return std::sync::Arc::clone(known);
        }
        // What a token is may ask for another one: it finds none.
        self.tokens = Some(std::sync::Arc::default());
        let mut found = Vec::new();
        let cx = self.cx;
        for (id, provided) in cx.provided() {
            let value = self.at_top(*id, |it| it.eval(provided.token));
            let token = value.and_then(|value| self.token_of(&value));
            found.extend(token.map(|token| (token, *id, *provided)));
        }
        let found = std::sync::Arc::new(found);
        self.tokens = Some(std::sync::Arc::clone(&found));
        found
    }

    fn provide(&mut self, id: ModuleId, provided: Provided, token: &Token) -> Option<Value> {
        let made = self.at_top(id, |it| it.eval(provided.made))?;
        match provided.how {
            How::Value => Some(made),
            How::Factory => {
                let value = self.at_top(id, |it| {
                    let value = it.run_value(&made, Vec::new());
                    it.await_value(value)
                })?;
                (!matches!(value.shape, Shape::Unknown | Shape::Undefined)).then_some(value)
            }
            How::Class => {
                let Shape::Instance(class) = made.shape else { return None };
                // `{ provide: A, useClass: A }` says nothing.
                if self.token_of(&made).as_ref() == Some(token) {
                    return None;
                }
                let class = self.class_ref(class)?;
                self.at_top(class.module, |it| it.construct_unknown(class))
            }
        }
    }
}
