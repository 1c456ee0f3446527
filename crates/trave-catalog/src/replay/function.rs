//! Functions, procedures and triggers.

use std::collections::BTreeSet;

use smol_str::{SmolStr, ToSmolStr};
use trave_source::Span;
use trave_sql::{
    AlterChange, AlterFunction, ArgumentMode, CreateEventTrigger, CreateFunction, CreateTrigger,
    FunctionBody, IfExisting, Returns, RoutineArgument, RoutineAttributes, RoutineChange,
    RoutineKind, SetVariable, TriggerEvent, TriggerTiming, Volatility,
};

use super::body;
use super::expression;
use super::names::RelationIs;
use super::privilege::On;
use super::session::Session;
use super::store::FunctionKey;
use super::view::is_of_server;
use super::{Failure, Outcome};
use crate::{EventTrigger, Function, FunctionArgument, QualifiedName, Trigger, View};

impl Session {
    /// `CREATE [OR REPLACE] FUNCTION` or `PROCEDURE`.
    pub(super) fn create_function(&mut self, create: &CreateFunction) -> Outcome {
        let name = self.new_name(&create.name)?;
        let mut function = self.new_function(create, &name)?;
        let key = key_of(&function);
        if let Some(old) = self.catalog().functions.get(&key) {
            if !create.or_replace {
                return Err(Failure::exists("function", &name));
            }
            refuse_replacement(old, &function)?;
            function.grants.clone_from(&old.grants);
            function.grants_known = old.grants_known;
        }
        if self.checks_bodies && !self.assumes_missing() {
            self.check_body(create, &function.language)?;
        }
        self.keep_body(&key, create.body.as_ref());
        self.store.put(key, function);
        Ok(())
    }

    /// What the server checks of a body when the function is made: the tables of an SQL body,
    /// the types of PL/pgSQL variables.
    fn check_body(&mut self, create: &CreateFunction, language: &str) -> Outcome {
        let Some(block) = create.body.as_ref().and_then(FunctionBody::block) else {
            return Ok(());
        };
        if language == "sql" {
            let outside = self.search_path.clone();
            let set = create.attributes.settings.iter().find(|one| one.name == "search_path");
            if let Some(set) = set {
                self.search_path = super::session::path_of(&set.values);
            }
            let outcome = self.check_reads(&body::tables_of_block(block)).and_then(|()| {
                let mut queries = body::queries_of_block(block).into_iter();
                queries.try_for_each(|query| {
                    self.check_calls(&expression::calls_in(query))?;
                    self.refuse_wrong_calls(query)
                })
            });
            self.search_path = outside;
            return outcome;
        }
        let rows = block.declarations.iter().filter_map(|one| one.row_of.as_ref());
        for row in rows {
            if !is_of_server(row) && self.find_type(row).is_none() {
                return Err(Failure::missing("relation", row));
            }
        }
        let mut kinds = block.declarations.iter().filter_map(|one| one.data_type.as_ref());
        kinds.try_for_each(|kind| self.resolve_type(kind).map(|_| ()))
    }

    fn new_function(
        &mut self,
        create: &CreateFunction,
        name: &QualifiedName,
    ) -> Result<Function, Failure> {
        let mut arguments = Vec::new();
        for argument in &create.arguments {
            arguments.push(self.function_argument(argument, mode_name(argument.mode))?);
        }
        let (returns, returns_set) = self.returned(&create.returns, &mut arguments)?;
        if returns.is_empty() && create.kind != RoutineKind::Procedure {
            return Err(Failure::new(format!("{name} does not say what it returns")));
        }
        refuse_same_names(&arguments)?;
        let mut function = Function {
            name: name.clone(),
            provenance: self.provenance(create.name.span),
            arguments,
            returns,
            returns_set,
            language: create.language.as_ref().map_or("sql".into(), |name| name.as_str().into()),
            security_definer: false,
            strict: false,
            volatility: "VOLATILE".into(),
            settings: Vec::new(),
            is_procedure: create.kind == RoutineKind::Procedure,
            body: create.body.as_ref().map(|body| body.text.to_string()).unwrap_or_default(),
            tables: BTreeSet::new(),
            caller: None,
            grants: self.default_grants(On::Functions, &name.schema),
            grants_known: self.knows_grants(&name.schema),
        };
        set_attributes(&mut function, &create.attributes);
        Ok(function)
    }

    fn function_argument(
        &mut self,
        argument: &RoutineArgument,
        mode: &str,
    ) -> Result<FunctionArgument, Failure> {
        let default = argument.default.as_ref().map(|default| self.expression_text(default));
        Ok(FunctionArgument {
            name: argument.name.as_ref().map(|name| SmolStr::new(name.as_str())),
            type_name: self.resolve_argument_type(&argument.data_type)?,
            mode: SmolStr::new(mode),
            has_default: default.is_some(),
            default,
        })
    }

    /// Types of arguments have no modifiers: `varchar(20)` is `character varying`.
    pub(super) fn resolve_argument_type(
        &mut self,
        kind: &trave_sql::DataType,
    ) -> Result<SmolStr, Failure> {
        let text = self.resolve_type(kind)?.text;
        if kind.modifiers.is_empty() {
            return Ok(text);
        }
        let Some((before, rest)) = text.split_once('(') else { return Ok(text) };
        let after = rest.split_once(')').map_or("", |(_, after)| after);
        Ok(format!("{before}{after}").to_smolstr())
    }

    fn returned(
        &mut self,
        returns: &Returns,
        arguments: &mut Vec<FunctionArgument>,
    ) -> Result<(SmolStr, bool), Failure> {
        match returns {
            Returns::Type(kind) => Ok((self.resolve_argument_type(kind)?, false)),
            Returns::SetOf(kind) => Ok((self.resolve_argument_type(kind)?, true)),
            Returns::Table(columns) => {
                for column in columns {
                    arguments.push(self.function_argument(column, "TABLE")?);
                }
                Ok(("record".into(), true))
            }
            Returns::Unsaid => {
                let is_out = |one: &&FunctionArgument| matches!(one.mode.as_str(), "OUT" | "INOUT");
                let mut out = arguments.iter().filter(is_out);
                match (out.next(), out.next()) {
                    (Some(only), None) => Ok((only.type_name.clone(), false)),
                    (Some(_), Some(_)) => Ok(("record".into(), false)),
                    (None, _) => Ok((SmolStr::default(), false)),
                }
            }
        }
    }

    /// `ALTER FUNCTION`.
    pub(super) fn alter_function(&mut self, alter: &AlterFunction) -> Outcome {
        let Some(key) = self.find_routine(alter.kind, &alter.routine)? else { return Ok(()) };
        match &alter.change {
            RoutineChange::Attributes(attributes) => {
                if let Some(function) = self.store.edit::<Function>(&key) {
                    set_attributes(function, attributes);
                }
                Ok(())
            }
            RoutineChange::Object(AlterChange::Rename(name)) => {
                if key.0.name == name.as_str() {
                    return Err(Failure::exists("function", name));
                }
                let to = QualifiedName::new(key.0.schema.clone(), name.as_str());
                self.move_function(&key, &to)
            }
            RoutineChange::Object(AlterChange::SetSchema(schema)) => {
                let name = SmolStr::new(schema.as_str());
                self.need_schema(&name, schema.span)?;
                let to = QualifiedName::new(name, key.0.name.clone());
                self.move_function(&key, &to)
            }
            RoutineChange::Object(AlterChange::Owner(_)) => {
                self.changes_nothing("alter function owner", alter.routine.name.span)
            }
            RoutineChange::Object(AlterChange::Other(_)) => {
                self.changes_nothing("alter function depends", alter.routine.name.span)
            }
        }
    }

    /// A new name or schema for a function.
    pub(super) fn move_function(&mut self, from: &FunctionKey, to: &QualifiedName) -> Outcome {
        let key = (to.clone(), from.1.clone());
        if key == *from {
            return Ok(());
        }
        if self.catalog().functions.contains_key(&key) {
            return Err(Failure::exists("function", to));
        }
        self.follow_function(from, to);
        let Some(mut function) = self.store.take::<Function>(from) else { return Ok(()) };
        function.name = to.clone();
        self.bodies.rename(from, &key);
        self.store.put(key, function);
        for relation in self.store.callers(&from.0) {
            self.store.link_caller(to, &relation);
            let Some(table) = self.store.table(&relation) else { continue };
            for trigger in table.triggers.iter_mut().filter(|one| one.function == from.0) {
                trigger.function = to.clone();
            }
        }
        Ok(())
    }

    /// `CREATE [OR REPLACE] TRIGGER`.
    pub(super) fn create_trigger(&mut self, create: &CreateTrigger, span: Span) -> Outcome {
        let (relation, is) = self.need_relation(&create.table)?;
        let functions = self.candidates(&create.function);
        let function = functions.iter().find(|name| self.knows_function(name)).cloned();
        let function = match function {
            Some(function) => function,
            None if self.assumes_missing() => self.new_name(&create.function)?,
            None => self.function_of_extension(&create.function)?,
        };
        self.store.link_caller(&function, &relation);
        let trigger = Trigger {
            name: SmolStr::new(create.name.as_str()),
            timing: timing_name(create.timing).into(),
            events: event_names(&create.events),
            update_of: updated_columns(&create.events),
            condition: create.condition.as_ref().map(|one| self.expression_text(one)),
            for_each_row: create.for_each_row,
            function,
            definition: self.slice(span).to_owned(),
            enabled: true,
            origin: self.origin(create.name.span),
        };
        for column in &trigger.update_of {
            self.need_column(&relation, column)?;
        }
        let existing = if create.or_replace { IfExisting::Replace } else { IfExisting::Fail };
        match is {
            RelationIs::Table => self.put_trigger(&relation, trigger, existing),
            RelationIs::View => {
                if let Some(view) = self.store.edit::<View>(&relation) {
                    view.triggers.retain(|old| old.name != trigger.name);
                    view.triggers.push(trigger);
                }
                Ok(())
            }
            _ => Err(Failure::new(format!("{relation} cannot have triggers"))),
        }
    }

    /// Functions of extensions are not in the catalog; their schemas are.
    fn function_of_extension(
        &mut self,
        name: &trave_sql::ObjectName,
    ) -> Result<QualifiedName, Failure> {
        const KNOWN: [&str; 6] = [
            "moddatetime",
            "tsvector_update_trigger",
            "suppress_redundant_updates_trigger",
            "lo_manage",
            "autoinc",
            "insert_username",
        ];
        if !KNOWN.contains(&name.name.as_str()) {
            return Err(Failure::missing("function", name));
        }
        let extension = self.catalog().extensions.get(name.name.as_str());
        let schema = extension.map_or("pg_catalog".into(), |found| found.schema.clone());
        Ok(QualifiedName::new(schema, name.name.as_str()))
    }

    fn put_trigger(
        &mut self,
        table: &QualifiedName,
        trigger: Trigger,
        existing: IfExisting,
    ) -> Outcome {
        let same = |old: &Trigger| old.name == trigger.name;
        let exists =
            self.catalog().tables.get(table).is_some_and(|one| one.triggers.iter().any(same));
        if exists && existing != IfExisting::Replace {
            return Err(Failure::exists("trigger", &trigger.name));
        }
        if trigger.for_each_row && self.is_partitioned(table) {
            for child in self.partitions(table) {
                self.edit_table(&child, |child| {
                    child.triggers.retain(|old| old.name != trigger.name);
                    child.triggers.push(trigger.clone());
                })?;
            }
        }
        self.edit_table(table, |table| {
            table.triggers.retain(|old| old.name != trigger.name);
            table.triggers.push(trigger);
        })
    }

    /// `CREATE EVENT TRIGGER`.
    pub(super) fn create_event_trigger(&mut self, create: &CreateEventTrigger) -> Outcome {
        let name = SmolStr::new(create.name.as_str());
        if self.catalog().event_triggers.contains_key(&name) {
            return Err(Failure::exists("event trigger", &name));
        }
        let functions = self.candidates(&create.function);
        let function = functions.iter().find(|name| self.knows_function(name)).cloned();
        let function = match function {
            Some(function) => function,
            None if self.assumes_missing() => self.new_name(&create.function)?,
            None => return Err(Failure::missing("function", &create.function)),
        };
        let provenance = self.provenance(create.name.span);
        let event = SmolStr::new(create.event.as_str());
        self.store.put(name, EventTrigger { event, function, provenance });
        Ok(())
    }
}

/// The key of a function: its name and the types of its inputs.
pub(super) fn key_of(function: &Function) -> FunctionKey {
    let types = function.inputs().map(|argument| argument.type_name.as_str());
    (function.name.clone(), types.collect::<Vec<_>>().join(", ").to_smolstr())
}

impl Function {
    /// Arguments that a caller gives.
    pub fn inputs(&self) -> impl Iterator<Item = &FunctionArgument> {
        self.arguments.iter().filter(|one| !matches!(one.mode.as_str(), "OUT" | "TABLE"))
    }
}

/// Arguments and the columns of a result have different names; a plain input and a plain output
/// may share one.
fn refuse_same_names(arguments: &[FunctionArgument]) -> Outcome {
    let pair =
        |one: &str, other: &str| (one == "IN" && other == "OUT") || (one == "OUT" && other == "IN");
    for (at, one) in arguments.iter().enumerate() {
        let mut before = arguments.iter().take(at);
        let same =
            |other: &FunctionArgument| other.name == one.name && !pair(&one.mode, &other.mode);
        if one.name.is_some() && before.any(same) {
            return Err(Failure::new("a parameter name is used twice"));
        }
    }
    Ok(())
}

/// `CREATE OR REPLACE` keeps the kind, the return type, the names of inputs and their defaults.
fn refuse_replacement(old: &Function, new: &Function) -> Outcome {
    if old.is_procedure != new.is_procedure {
        return Err(Failure::new("cannot change routine kind"));
    }
    let outputs = |function: &Function| -> Vec<(Option<SmolStr>, SmolStr)> {
        let outputs = function.arguments.iter();
        let outputs = outputs.filter(|one| matches!(one.mode.as_str(), "OUT" | "INOUT" | "TABLE"));
        outputs.map(|one| (one.name.clone(), one.type_name.clone())).collect()
    };
    if old.returns != new.returns
        || old.returns_set != new.returns_set
        || outputs(old) != outputs(new)
    {
        return Err(Failure::new("cannot change return type of existing function"));
    }
    for (old, new) in old.inputs().zip(new.inputs()) {
        if old.name.is_some() && old.name != new.name {
            return Err(Failure::new("cannot change name of input parameter"));
        }
        if old.has_default && !new.has_default {
            return Err(Failure::new("cannot remove parameter defaults from existing function"));
        }
    }
    Ok(())
}

fn set_attributes(function: &mut Function, attributes: &RoutineAttributes) {
    if let Some(volatility) = attributes.volatility {
        function.volatility = match volatility {
            Volatility::Immutable => "IMMUTABLE".into(),
            Volatility::Stable => "STABLE".into(),
            Volatility::Volatile => "VOLATILE".into(),
        };
    }
    function.security_definer = attributes.security_definer.unwrap_or(function.security_definer);
    function.strict = attributes.strict.unwrap_or(function.strict);
    for name in &attributes.resets {
        function.settings.retain(|(old, _)| name != "all" && old != name);
    }
    for setting in &attributes.settings {
        let value = setting_value(setting);
        match function.settings.iter_mut().find(|(name, _)| *name == setting.name) {
            Some((_, old)) => *old = value,
            None => function.settings.push((setting.name.clone(), value)),
        }
    }
}

/// `public, pg_temp`, as `pg_proc.proconfig` holds it: lists of names are quoted where needed.
fn setting_value(setting: &SetVariable) -> String {
    let is_list = matches!(setting.name.as_str(), "search_path" | "temp_tablespaces");
    let quoted = |value: &SmolStr| {
        if is_list { trave_sql::Name::exact(value).to_string() } else { value.to_string() }
    };
    setting.values.iter().map(quoted).collect::<Vec<_>>().join(", ")
}

fn mode_name(mode: ArgumentMode) -> &'static str {
    match mode {
        ArgumentMode::In => "IN",
        ArgumentMode::Out => "OUT",
        ArgumentMode::InOut => "INOUT",
        ArgumentMode::Variadic => "VARIADIC",
    }
}

fn timing_name(timing: TriggerTiming) -> &'static str {
    match timing {
        TriggerTiming::Before => "BEFORE",
        TriggerTiming::After => "AFTER",
        TriggerTiming::InsteadOf => "INSTEAD OF",
    }
}

/// In the order in which `pg_trigger` has them, each once.
fn event_names(events: &[TriggerEvent]) -> Vec<SmolStr> {
    let has = |name: &str| {
        events.iter().any(|event| match event {
            TriggerEvent::Insert => name == "INSERT",
            TriggerEvent::Update(_) => name == "UPDATE",
            TriggerEvent::Delete => name == "DELETE",
            TriggerEvent::Truncate => name == "TRUNCATE",
        })
    };
    let all = ["INSERT", "UPDATE", "DELETE", "TRUNCATE"];
    all.into_iter().filter(|name| has(name)).map(SmolStr::new).collect()
}

fn updated_columns(events: &[TriggerEvent]) -> Vec<SmolStr> {
    let columns = events.iter().filter_map(|event| match event {
        TriggerEvent::Update(columns) => Some(columns),
        _ => None,
    });
    columns.flatten().map(|column| SmolStr::new(column.as_str())).collect()
}
