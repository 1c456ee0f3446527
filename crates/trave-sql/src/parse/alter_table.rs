//! `ALTER TABLE` and its sisters: views, indexes, foreign tables.

use smol_str::ToSmolStr;

use crate::ast::alter_table::{
    AddColumn, AlterAction, AlterActionKind, AlterColumn, AlterTable, ColumnChange,
    DetachPartition, DropPart, RelationKind, RenamePart, ReplicaIdentity, RowSecurity,
    SwitchTrigger,
};
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

type Action = Read<Option<AlterActionKind>>;

impl Cursor<'_> {
    /// What follows `ALTER TABLE` and its sisters.
    pub(crate) fn alter_table(&mut self, kind: RelationKind) -> Read<Statement> {
        if self.eat_all(&["all", "in", "tablespace"]) {
            self.skip_to_end();
            return Ok(Statement::Other(crate::ast::statement::OtherStatement {
                verb: "alter".into(),
                object: None,
            }));
        }
        let if_exists = self.eat_if_exists();
        let only = self.eat("only");
        let parentheses = self.eat_kind(TokenKind::Open);
        let name = self.object_name()?;
        if parentheses {
            self.expect_kind(TokenKind::Close)?;
        }
        self.eat_operator("*");
        let mut table = AlterTable { kind, name, if_exists, only, actions: Vec::new() };
        table.actions.push(self.alter_action(&table)?);
        while self.eat_kind(TokenKind::Comma) {
            // MySQL drops and adds several columns with one verb.
            table.actions.push(self.alter_action(&table)?);
        }
        Ok(Statement::AlterTable(Box::new(table)))
    }

    fn alter_action(&mut self, table: &AlterTable) -> Read<AlterAction> {
        let start = self.position();
        let kind =
            match self.eat_any(&["add", "drop", "alter", "rename", "set", "enable", "disable"]) {
                Some("add") => self.add_action(table)?,
                Some("drop") => self.drop_action()?,
                Some("alter") => self.alter_part_action()?,
                Some("rename") => self.rename_action()?,
                Some("set") => self.set_action()?,
                Some("enable") => self.switch_action(Switch::On)?,
                Some(_) => self.switch_action(Switch::Off)?,
                None => self.other_action()?,
            };
        Ok(AlterAction { kind, span: self.span_from(start) })
    }

    fn add_action(&mut self, table: &AlterTable) -> Read<AlterActionKind> {
        if self.begins_constraint() {
            return Ok(AlterActionKind::AddConstraint(Box::new(self.constraint()?)));
        }
        let index =
            self.is_any(&["index", "fulltext", "spatial"]) || self.are(&["unique", "index"]);
        if index && self.dialect == crate::Dialect::MySql {
            return Ok(AlterActionKind::AddIndex(Box::new(self.table_index(&table.name)?)));
        }
        self.eat("column");
        let if_not_exists = self.eat_if_not_exists();
        let column = Box::new(self.column()?);
        self.skip_column_place();
        Ok(AlterActionKind::AddColumn(AddColumn { column, if_not_exists }))
    }

    /// `FIRST`, `AFTER column` of MySQL.
    fn skip_column_place(&mut self) {
        if !self.eat("first") && self.eat("after") {
            self.bump();
        }
    }

    fn drop_action(&mut self) -> Read<AlterActionKind> {
        if self.eat("constraint")
            || (self.are(&["check"]) && self.ahead(1).kind == TokenKind::Quoted)
        {
            self.eat("check");
            return Ok(AlterActionKind::DropConstraint(self.drop_part()?));
        }
        if self.eat_all(&["primary", "key"]) {
            return Ok(AlterActionKind::DropPrimaryKey);
        }
        if self.eat_all(&["foreign", "key"]) {
            return Ok(AlterActionKind::DropConstraint(self.drop_part()?));
        }
        let index = self.is_any(&["index", "key"]) && self.ahead(1).kind != TokenKind::End;
        if index && self.dialect == crate::Dialect::MySql {
            self.bump();
            return Ok(AlterActionKind::DropIndex(self.ident()?));
        }
        if self.is("column") && !matches!(self.ahead(1).kind, TokenKind::End | TokenKind::Comma) {
            self.bump();
        }
        Ok(AlterActionKind::DropColumn(self.drop_part()?))
    }

    /// `[IF EXISTS] name [CASCADE]`.
    pub(crate) fn drop_part(&mut self) -> Read<DropPart> {
        let if_exists = self.eat_if_exists();
        let name = self.ident()?;
        Ok(DropPart { name, if_exists, cascade: self.eat_cascade() })
    }

    /// `a TO b`.
    pub(crate) fn rename_part(&mut self) -> Read<RenamePart> {
        let from = self.ident()?;
        self.expect("to")?;
        Ok(RenamePart { from, to: self.ident()? })
    }

    fn rename_action(&mut self) -> Read<AlterActionKind> {
        if self.is_any(&["to", "as"]) {
            self.bump();
            let start = self.position();
            let name = self.object_name()?.name;
            let span = self.span_from(start);
            return Ok(AlterActionKind::RenameTo(crate::ast::name::Ident { name, span }));
        }
        if self.eat("constraint") {
            return Ok(AlterActionKind::RenameConstraint(self.rename_part()?));
        }
        let index = self.is_any(&["index", "key"]) && self.is_at(2, "to");
        if index && self.dialect == crate::Dialect::MySql {
            self.bump();
            return Ok(AlterActionKind::RenameIndex(self.rename_part()?));
        }
        if !self.is_at(1, "to") {
            self.eat("column");
        }
        Ok(AlterActionKind::RenameColumn(self.rename_part()?))
    }

    fn set_action(&mut self) -> Read<AlterActionKind> {
        if self.eat("schema") {
            return Ok(AlterActionKind::SetSchema(self.ident()?));
        }
        if self.is_kind(TokenKind::Open) {
            return Ok(AlterActionKind::SetOptions(self.storage_options()?));
        }
        let start = self.position();
        match self.eat_any(&["logged", "unlogged", "tablespace", "without", "access"]) {
            Some("logged") => return Ok(AlterActionKind::SetLogged(true)),
            Some("unlogged") => return Ok(AlterActionKind::SetLogged(false)),
            Some("access") => {
                self.expect("method")?;
                self.ident()?;
            }
            Some(_) => {
                self.ident()?;
                self.eat("nowait");
            }
            None => return self.mismatch("schema, (, logged, unlogged"),
        }
        Ok(AlterActionKind::Other(self.words_from(start)))
    }

    fn switch_action(&mut self, switch: Switch) -> Read<AlterActionKind> {
        let start = self.position();
        if self.eat("row") {
            self.expect_all(&["level", "security"])?;
            let security =
                if switch == Switch::On { RowSecurity::Enable } else { RowSecurity::Disable };
            return Ok(AlterActionKind::RowSecurity(security));
        }
        self.eat_any(&["replica", "always"]);
        if self.eat("trigger") {
            let all =
                matches!(self.ahead(0).kind, TokenKind::Word) && self.is_any(&["all", "user"]);
            let name = self.ident()?;
            let name = if all { None } else { Some(name) };
            let enabled = switch == Switch::On;
            return Ok(AlterActionKind::Trigger(SwitchTrigger { name, enabled }));
        }
        if self.eat("rule") || self.eat("keys") {
            self.eat_rule_name();
            return Ok(AlterActionKind::Other(self.words_from(start)));
        }
        self.mismatch("row level security, trigger, rule")
    }

    fn eat_rule_name(&mut self) {
        if self.is_name() {
            self.bump();
        }
    }

    fn other_action(&mut self) -> Read<AlterActionKind> {
        if let Some(security) = self.row_security() {
            return Ok(AlterActionKind::RowSecurity(security));
        }
        if let Some(kind) = self.partition_action()? {
            return Ok(kind);
        }
        if let Some(kind) = self.ownership_action()? {
            return Ok(kind);
        }
        if self.dialect == crate::Dialect::MySql {
            return self.mysql_action();
        }
        self.mismatch("an action of alter table")
    }

    fn row_security(&mut self) -> Option<RowSecurity> {
        if self.eat_all(&["force", "row", "level", "security"]) {
            return Some(RowSecurity::Force);
        }
        let no_force = self.eat_all(&["no", "force", "row", "level", "security"]);
        no_force.then_some(RowSecurity::NoForce)
    }

    fn partition_action(&mut self) -> Action {
        if self.eat_all(&["attach", "partition"]) {
            let partition = self.object_name()?;
            // An index is attached without a bound.
            let bound = if self.at_end() { "".into() } else { self.partition_bound()? };
            return Ok(Some(AlterActionKind::AttachPartition(partition, bound)));
        }
        if self.eat_all(&["detach", "partition"]) {
            let partition = self.object_name()?;
            let concurrently = self.eat_any(&["concurrently", "finalize"]).is_some();
            let detach = DetachPartition { partition, concurrently };
            return Ok(Some(AlterActionKind::DetachPartition(detach)));
        }
        if self.eat("inherit") {
            return Ok(Some(AlterActionKind::Inherit(self.object_name()?)));
        }
        if self.eat_all(&["no", "inherit"]) {
            return Ok(Some(AlterActionKind::NoInherit(self.object_name()?)));
        }
        Ok(None)
    }

    fn ownership_action(&mut self) -> Action {
        let start = self.position();
        let kind = if self.eat_all(&["owner", "to"]) {
            AlterActionKind::OwnerTo(self.role_ref()?)
        } else if self.eat_all(&["replica", "identity"]) {
            AlterActionKind::ReplicaIdentity(self.replica_identity()?)
        } else if self.eat_all(&["validate", "constraint"]) {
            AlterActionKind::ValidateConstraint(self.ident()?)
        } else if self.eat("reset") {
            let names = self.storage_options()?;
            AlterActionKind::ResetOptions(names.into_iter().map(|option| option.name).collect())
        } else if self.eat_all(&["cluster", "on"])
            || self.eat("of")
            || self.eat_all(&["depends", "on", "extension"])
            || self.eat_all(&["no", "depends", "on", "extension"])
        {
            self.object_name()?;
            AlterActionKind::Other(self.words_from(start))
        } else if self.eat_all(&["not", "of"]) {
            AlterActionKind::Other("not of".into())
        } else if self.is("options") {
            self.bump();
            self.skip_parentheses();
            AlterActionKind::Other("options".into())
        } else {
            return Ok(None);
        };
        Ok(Some(kind))
    }

    fn replica_identity(&mut self) -> Read<ReplicaIdentity> {
        if self.eat_all(&["using", "index"]) {
            return Ok(ReplicaIdentity::Index(self.ident()?));
        }
        match self.eat_any(&["default", "full", "nothing"]) {
            Some("default") => Ok(ReplicaIdentity::Default),
            Some("full") => Ok(ReplicaIdentity::Full),
            Some(_) => Ok(ReplicaIdentity::Nothing),
            None => self.mismatch("default, full, nothing, using index"),
        }
    }

    /// `MODIFY`, `CHANGE`, and the table options of MySQL.
    fn mysql_action(&mut self) -> Read<AlterActionKind> {
        let changed = match self.eat_any(&["modify", "change"]) {
            Some(verb) => {
                self.eat("column");
                Some(if verb == "change" { Some(self.ident()?) } else { None })
            }
            None => None,
        };
        if let Some(old) = changed {
            let column = Box::new(self.column()?);
            self.skip_column_place();
            let name = old.unwrap_or_else(|| column.name.clone());
            let change = ColumnChange::Replace(column);
            return Ok(AlterActionKind::AlterColumn(AlterColumn { name, change }));
        }
        let start = self.position();
        self.skip_until(|cursor| cursor.is_kind(TokenKind::Comma));
        if self.position() == start {
            return self.mismatch("an action of alter table");
        }
        Ok(AlterActionKind::Other(self.written_from(start).to_smolstr()))
    }
}

/// `ENABLE` or `DISABLE`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Switch {
    On,
    Off,
}

#[cfg(test)]
mod tests {
    use crate::testing::{statement, statement_as};
    use crate::{AlterActionKind, ColumnChange, Dialect, RowSecurity, Statement};

    fn actions(text: &str) -> Vec<AlterActionKind> {
        let Statement::AlterTable(table) = statement(text) else { panic!("{text}") };
        table.actions.into_iter().map(|action| action.kind).collect()
    }

    #[test]
    fn several_actions_in_one_statement() {
        let read = actions(
            "alter table if exists only public.t add column if not exists a int default 0 not null, \
             drop column if exists b cascade, alter column c type uuid using c::uuid, alter c set not null, \
             add constraint k unique using index k_idx, drop constraint if exists j, validate constraint i, \
             enable row level security, owner to postgres",
        );
        assert_eq!(read.len(), 9);
        assert!(matches!(&read[2], AlterActionKind::AlterColumn(column)
            if matches!(&column.change, ColumnChange::SetType(_, Some(_)))));
    }

    #[test]
    fn single_actions() {
        for text in [
            "alter table t rename to u",
            "alter table t rename column a to b",
            "alter table t rename a to b",
            "alter table t rename constraint a to b",
            "alter table t set schema private",
            "alter table t set (autovacuum_enabled = false, toast.autovacuum_enabled = off)",
            "alter table t reset (fillfactor)",
            "alter table t set unlogged",
            "alter table t attach partition t_1 for values in ('a', 'b')",
            "alter table t attach partition t_d default",
            "alter table t detach partition t_1 concurrently",
            "alter table t replica identity using index i",
            "alter table t disable trigger all",
            "alter table t enable always trigger x",
            "alter table t cluster on i",
            "alter table t alter column id add generated always as identity (sequence name t_id_seq start with 1)",
            "alter table t alter column id set generated by default set increment by 2 restart",
            "alter table t alter column id drop identity if exists",
            "alter table t alter column a set statistics 100",
            "alter table t alter column a set storage external",
            "alter table t alter column a drop expression",
            "alter table t no force row level security",
            "alter table t add check (a > 0) not valid",
            "alter view v set (security_invoker = true)",
            "alter view v alter column c set default 1",
            "alter materialized view m rename to n",
            "alter index i attach partition j",
            "alter index i set (fillfactor = 80)",
            "alter index i alter column 1 set statistics 10",
            "alter foreign table f options (set a 'b')",
        ] {
            assert_eq!(actions(text).len(), 1, "{text}");
        }
        let read = actions("alter table t force row level security");
        assert_eq!(read, [AlterActionKind::RowSecurity(RowSecurity::Force)]);
    }

    #[test]
    fn actions_of_libsql() {
        let text = "ALTER TABLE `t` ALTER COLUMN \"a\" TO \"a\" text NOT NULL";
        let Statement::AlterTable(table) = statement_as(text, Dialect::Sqlite) else { panic!() };
        assert!(matches!(&table.actions[0].kind, AlterActionKind::AlterColumn(column)
            if matches!(column.change, ColumnChange::Replace(_))));
    }

    #[test]
    fn actions_of_mysql() {
        let text = "ALTER TABLE `t` ADD COLUMN `a` INT NOT NULL AFTER `b`, MODIFY `c` TEXT NULL, DROP INDEX `i`, \
                    ADD UNIQUE INDEX `j`(`a`), DROP FOREIGN KEY `k`, DROP PRIMARY KEY, ADD PRIMARY KEY (`a`), RENAME INDEX `x` TO `y`";
        let Statement::AlterTable(table) = statement_as(text, Dialect::MySql) else { panic!() };
        assert_eq!(table.actions.len(), 8);
    }
}
