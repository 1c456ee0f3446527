//! `CREATE TABLE` in all its forms.

use smol_str::{SmolStr, ToSmolStr};

use crate::Dialect;
use crate::ast::index::{CreateIndex, IndexMode};
use crate::ast::name::ObjectName;
use crate::ast::statement::Statement;
use crate::ast::table::{
    CreateTable, LikeTable, PartitionBy, PartitionOf, StorageOption, TableKind,
};
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

/// What `INCLUDING ALL` stands for.
const LIKE_OPTIONS: &[&str] = &[
    "comments",
    "compression",
    "constraints",
    "defaults",
    "generated",
    "identity",
    "indexes",
    "statistics",
    "storage",
];

impl Cursor<'_> {
    /// What follows `CREATE … TABLE`.
    pub(crate) fn create_table(&mut self, kind: TableKind) -> Read<Statement> {
        let if_not_exists = self.eat_if_not_exists();
        let mut table = new_table(self.object_name()?, kind);
        table.if_not_exists = if_not_exists;
        if self.eat_all(&["partition", "of"]) {
            self.partition_of(&mut table)?;
        } else if self.eat("of") {
            table.of_type = Some(self.object_name()?);
            self.typed_columns(&mut table)?;
        } else if self.eat("like") {
            table.likes.push(self.like_table(0)?);
        } else if self.is_kind(TokenKind::Open) && !self.opens_select() {
            self.table_elements(&mut table)?;
        }
        while self.table_clause(&mut table)? {}
        if self.is_any(&["as", "select", "with"]) || self.opens_select() {
            self.table_as(&mut table)?;
        }
        Ok(Statement::CreateTable(Box::new(table)))
    }

    fn opens_select(&self) -> bool {
        self.is_kind(TokenKind::Open) && (self.is_at(1, "select") || self.is_at(1, "with"))
    }

    fn table_elements(&mut self, table: &mut CreateTable) -> Read<()> {
        self.expect_kind(TokenKind::Open)?;
        while !self.eat_kind(TokenKind::Close) {
            self.table_element(table)?;
            if !self.eat_kind(TokenKind::Comma) && !self.is_kind(TokenKind::Close) {
                return self.mismatch("`,` or `)`");
            }
        }
        Ok(())
    }

    fn table_element(&mut self, table: &mut CreateTable) -> Read<()> {
        if self.begins_constraint() {
            table.constraints.push(self.constraint()?);
        } else if self.eat("like") {
            let like = self.like_table(table.columns.len())?;
            table.likes.push(like);
        } else if self.dialect == Dialect::MySql && self.begins_table_index() {
            let index = self.table_index(&table.name)?;
            table.indexes.push(index);
        } else {
            table.columns.push(self.column()?);
        }
        Ok(())
    }

    fn begins_table_index(&self) -> bool {
        self.is_any(&["index", "key", "fulltext", "spatial"]) || self.are(&["unique", "index"])
    }

    /// `INDEX name (a, b)` inside a table, as MySQL writes it; also after `ADD`.
    pub(crate) fn table_index(&mut self, table: &ObjectName) -> Read<CreateIndex> {
        let unique = self.eat("unique");
        let method = self.eat_any(&["fulltext", "spatial"]).map(crate::ast::name::Name::exact);
        self.eat_any(&["index", "key"]);
        let named = self.is_name() && !self.is("using");
        let name = if named { Some(self.ident()?) } else { None };
        let mut index = CreateIndex {
            name,
            table: table.clone(),
            mode: IndexMode::default(),
            unique,
            method,
            keys: Vec::new(),
            include: Vec::new(),
            nulls_not_distinct: false,
            options: Vec::new(),
            predicate: None,
        };
        if self.eat("using") {
            index.method = Some(self.ident()?.name);
        }
        index.keys = self.list_in_parentheses(Self::index_key)?;
        while !self.at_end() && !self.is_kind(TokenKind::Comma) && !self.is_kind(TokenKind::Close) {
            self.bump();
        }
        Ok(index)
    }

    fn like_table(&mut self, position: usize) -> Read<LikeTable> {
        let table = self.object_name()?;
        let mut including: Vec<SmolStr> = Vec::new();
        while let Some(word) = self.eat_any(&["including", "excluding"]) {
            let option = self.bump();
            let option = self.text_of(option).to_ascii_lowercase();
            match (word, option.as_str()) {
                ("including", "all") => including = vec!["all".into()],
                ("including", option) => including.push(option.into()),
                (_, option) => {
                    if including.iter().any(|word| word == "all") {
                        including = LIKE_OPTIONS.iter().map(|word| (*word).into()).collect();
                    }
                    including.retain(|word| word != option);
                }
            }
        }
        Ok(LikeTable { table, including, position })
    }

    fn partition_of(&mut self, table: &mut CreateTable) -> Read<()> {
        let parent = self.object_name()?;
        self.typed_columns(table)?;
        let bound = self.partition_bound()?;
        table.partition_of = Some(PartitionOf { parent, bound });
        Ok(())
    }

    /// `(column WITH OPTIONS …, constraint …)` of typed tables and partitions.
    fn typed_columns(&mut self, table: &mut CreateTable) -> Read<()> {
        if self.is_kind(TokenKind::Open) { self.table_elements(table) } else { Ok(()) }
    }

    /// `FOR VALUES …` or `DEFAULT`, as written.
    pub(crate) fn partition_bound(&mut self) -> Read<SmolStr> {
        let start = self.position();
        if self.eat("default") {
            return Ok(self.written_from(start).to_smolstr());
        }
        self.expect_all(&["for", "values"])?;
        while self.eat_any(&["in", "from", "to", "with"]).is_some() {
            if !self.is_kind(TokenKind::Open) {
                return self.mismatch("`(`");
            }
            self.skip_parentheses();
        }
        Ok(self.written_from(start).to_smolstr())
    }

    /// One clause after the columns; false where none is left.
    fn table_clause(&mut self, table: &mut CreateTable) -> Read<bool> {
        if self.eat("inherits") {
            table.inherits = self.list_in_parentheses(Self::object_name)?;
        } else if self.eat_all(&["partition", "by"]) {
            table.partition_by = Some(self.partition_by()?);
        } else if self.is("with") && self.ahead(1).kind == TokenKind::Open {
            self.bump();
            table.options.extend(self.storage_options()?);
        } else if self.eat_all(&["on", "commit"]) {
            table.on_commit_drop = self.eat("drop");
            self.eat_any(&["delete", "preserve"]);
            self.eat("rows");
        } else if self.eat("server") {
            table.server = Some(self.ident()?);
        } else if self.is("options") {
            self.bump();
            self.skip_parentheses();
        } else {
            return self.table_remark(table);
        }
        Ok(true)
    }

    /// Clauses that a catalog does not keep, and the options of other databases.
    fn table_remark(&mut self, table: &mut CreateTable) -> Read<bool> {
        if self.eat("tablespace") || self.eat("using") {
            self.ident()?;
        } else if self.eat_all(&["without", "oids"]) || self.eat_all(&["without", "rowid"]) {
            // Nothing that shows.
        } else if self.eat_kind(TokenKind::Comma) || self.eat("strict") {
            // Between the options of SQLite.
        } else if self.dialect == Dialect::MySql
            && self.is_name()
            && !self.is_any(&["as", "select"])
        {
            let option = self.foreign_option();
            table.options.push(option);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// `ENGINE=InnoDB`, `DEFAULT CHARACTER SET utf8mb4`, `COMMENT 'x'`.
    fn foreign_option(&mut self) -> StorageOption {
        self.eat("default");
        let start = self.position();
        self.bump();
        if self.is("set") || self.is("directory") {
            self.bump();
        }
        let name = self.words_from(start);
        self.eat_operator("=");
        let value = self.bump();
        StorageOption { name, value: Some(self.text_of(value).trim_matches('\'').to_smolstr()) }
    }

    fn partition_by(&mut self) -> Read<PartitionBy> {
        let start = self.position();
        let strategy = self.ident()?.name;
        let keys = self.list_in_parentheses(Self::index_key)?;
        Ok(PartitionBy { strategy, keys, span: self.span_from(start) })
    }

    fn table_as(&mut self, table: &mut CreateTable) -> Read<()> {
        self.eat("as");
        if self.eat("execute") {
            self.skip_to_end();
            return Ok(());
        }
        table.query = Some(Box::new(self.query()?));
        self.eat_all(&["with", "no", "data"]);
        self.eat_all(&["with", "data"]);
        Ok(())
    }

    /// `(name = value, name, schema.name = value)`.
    pub(crate) fn storage_options(&mut self) -> Read<Vec<StorageOption>> {
        self.list_in_parentheses(|cursor| {
            let start = cursor.position();
            let name = cursor.object_name()?;
            let name = match &name.schema {
                Some(schema) => {
                    smol_str::format_smolstr!("{}.{}", schema.as_str(), name.name.as_str())
                }
                None => cursor.words_from(start),
            };
            let value = if cursor.eat_operator("=") { Some(cursor.option_value()?) } else { None };
            Ok(StorageOption { name: name.trim_matches('"').to_smolstr(), value })
        })
    }

    fn option_value(&mut self) -> Read<SmolStr> {
        if self.is_string() {
            return self.string();
        }
        let start = self.position();
        self.skip_until(|cursor| {
            cursor.is_kind(TokenKind::Comma) || cursor.is_kind(TokenKind::Close)
        });
        Ok(self.words_from(start))
    }
}

fn new_table(name: ObjectName, kind: TableKind) -> CreateTable {
    CreateTable {
        name,
        kind,
        if_not_exists: false,
        columns: Vec::new(),
        constraints: Vec::new(),
        likes: Vec::new(),
        indexes: Vec::new(),
        inherits: Vec::new(),
        partition_by: None,
        partition_of: None,
        of_type: None,
        query: None,
        options: Vec::new(),
        server: None,
        on_commit_drop: false,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{statement, statement_as};
    use crate::{CreateTable, Dialect, Statement, TableKind};

    fn table(text: &str) -> CreateTable {
        let Statement::CreateTable(table) = statement(text) else { panic!("{text}") };
        *table
    }

    #[test]
    fn columns_and_constraints_stand_apart() {
        let read = table(
            "create table if not exists public.\"Notes\" (\n  id uuid primary key default gen_random_uuid(),\n  \
             owner uuid not null references auth.users on delete cascade,\n  kind text check (kind in ('a', 'b')),\n  \
             unique (owner, kind), constraint notes_len check (length(kind) > 0)\n) with (fillfactor = 70)",
        );
        assert!(read.if_not_exists);
        assert_eq!(read.name.to_string(), "public.\"Notes\"");
        assert_eq!((read.columns.len(), read.constraints.len(), read.options.len()), (3, 2, 1));
    }

    #[test]
    fn partitions_and_copies() {
        let read = table(
            "create table e (at timestamptz, like base including all excluding indexes) partition by range (at)",
        );
        assert_eq!(read.likes[0].position, 1);
        assert!(!read.likes[0].including.contains(&"indexes".into()));
        assert!(read.partition_by.is_some());
        let read =
            table("create table e_1 partition of e for values from ('2024-01-01') to (maxvalue)");
        assert_eq!(read.partition_of.unwrap().parent.to_string(), "e");
        assert!(table("create unlogged table u (a int)").kind == TableKind::Unlogged);
        assert!(table("create temp table u (a int) on commit drop").on_commit_drop);
        assert!(table("create table c as select * from d with no data").query.is_some());
        assert!(table("create foreign table f (a int options (column_name 'x')) server s options (table 'y')").server.is_some());
        assert_eq!(table("create table k (a int) inherits (p, q)").inherits.len(), 2);
    }

    #[test]
    fn tables_of_other_databases() {
        let text = "CREATE TABLE `user` (`id` INTEGER UNSIGNED NOT NULL AUTO_INCREMENT, `name` VARCHAR(191) CHARACTER SET utf8 COLLATE utf8_bin NULL COMMENT 'x', \
                    `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), UNIQUE INDEX `user_name_key`(`name`), INDEX `i` (`at` DESC), \
                    PRIMARY KEY (`id`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci ENGINE=InnoDB";
        let Statement::CreateTable(read) = statement_as(text, Dialect::MySql) else { panic!() };
        assert_eq!((read.columns.len(), read.indexes.len(), read.constraints.len()), (3, 2, 1));
        let text = "CREATE TABLE `post` (`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL, body, FOREIGN KEY (`body`) REFERENCES `x`(`id`) ON UPDATE no action) STRICT, WITHOUT ROWID";
        let Statement::CreateTable(read) = statement_as(text, Dialect::Sqlite) else { panic!() };
        assert_eq!((read.columns.len(), read.constraints.len()), (2, 1));
    }
}
