//! Schemas that are declared in another language than SQL: where they lie, and which root each
//! belongs to.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_backend::declared::prisma::{self, SchemaFile};
use trave_backend::declared::{Linked, Source, TableName, Tool};
use trave_backend::naming::NamedTable;
use trave_catalog::{
    Catalog, Declaration, DeclaredBy, MigrationRoot, QualifiedName, RootConfig, RootKind,
};
use trave_model::IgnoreComment;
use trave_source::{FileId, Notice, Sources, Span};

use crate::code::{Code, Parsed};
use crate::kind::{Kind, is_test};
use crate::path::shared_depth;
use crate::replays::Replays;
use crate::resolve::Resolver;
use crate::sql::{Files, ReplayedRoots};
use crate::text::CODE_BYTES_MAX;
use crate::walk::Found;

/// Every schema that is declared in another language, their texts among the sources.
#[derive(Debug, Default, Clone)]
pub(crate) struct Declarations {
    /// The schemas.
    pub(crate) sources: Vec<Source>,
    /// What could not be read.
    pub(crate) notices: Vec<Notice>,
    /// Comments that speak to trave.
    pub(crate) comments: Vec<IgnoreComment>,
}

/// What code calls the tables of declared schemas, by the folder of their root.
pub(crate) type CodeNames = BTreeMap<SmolStr, Vec<(Tool, Arc<NamedTable>)>>;

/// Reads every `.prisma` file and puts them among the sources.
pub(crate) fn read_prisma(files: Files<'_>, sources: &mut Sources) -> Declarations {
    let found = files.of_kind(Kind::Prisma);
    let found: Vec<_> = found.into_iter().filter(|(_, file)| !is_test(&file.path)).collect();
    let read = |(_, file): &(FileId, &Found)| files.store.read(&file.path, CODE_BYTES_MAX);
    let texts: Vec<_> = found.par_iter().map(read).collect();
    let mut made = Declarations::default();
    let mut read: Vec<(FileId, &str, Arc<str>)> = Vec::new();
    for ((id, file), text) in found.iter().zip(texts) {
        let about =
            |what: String| Notice { origin: None, message: format!("`{}` {what}", file.path) };
        made.notices.extend(text.notice.map(about));
        let Some(text) = text.text else { continue };
        sources.put(*id, trave_source::Source::new(file.path.as_str(), Arc::clone(&text)));
        made.comments.extend(ignore_comments(*id, &text));
        read.push((*id, &file.path, text));
    }
    let listed: Vec<SchemaFile<'_>> =
        read.iter().map(|(id, path, text)| SchemaFile { id: *id, path, text }).collect();
    let (found, notices) = prisma::read(&listed);
    made.sources = found;
    made.notices.extend(notices);
    made
}

/// The schemas that the parsed code declares.
pub(crate) fn read_code(code: &Code, resolver: &Resolver) -> Vec<Source> {
    if !code.parsed.iter().any(|parsed| parsed.may_declare) {
        return Vec::new();
    }
    let concerned = concerned(&code.parsed);
    let places = places(&concerned);
    let linked = concerned.iter().map(|parsed| Linked {
        module: &parsed.module,
        file: parsed.module.file,
        path: parsed.path(),
        text: &parsed.source.text,
        package: resolver.package_of(parsed.path()).map_or("", |it| it.folder.as_str()),
        is_test: is_test(parsed.path()),
        imports: parsed
            .shape
            .imports
            .iter()
            .filter_map(|(specifier, number)| Some((specifier.as_str(), *places.get(number)?)))
            .collect(),
    });
    let linked: Vec<Linked<'_>> = linked.collect();
    trave_backend::declared::read_modules(&linked)
}

/// The files that can say something of declared schemas: each that speaks of them by itself, those
/// that lead to one, and whatever these lead to. The rest is most of a project, and to look through
/// it after each edit is dear.
fn concerned(parsed: &[Arc<Parsed>]) -> Vec<&Parsed> {
    let all: Vec<&Parsed> = parsed.iter().map(|parsed| &**parsed).collect();
    let places = places(&all);
    let mut targets: Vec<Vec<usize>> = Vec::new();
    let mut importers: Vec<Vec<usize>> = vec![Vec::new(); all.len()];
    for (at, file) in all.iter().enumerate() {
        let imports = file.shape.imports.iter();
        let own: Vec<usize> = imports.filter_map(|(_, to)| places.get(to)).copied().collect();
        for to in &own {
            if let Some(importers) = importers.get_mut(*to) {
                importers.push(at);
            }
        }
        targets.push(own);
    }
    let speaks: Vec<bool> = all.iter().map(|file| file.speaks_of_schemas).collect();
    let kept = spread(spread(speaks, &importers), &targets);
    all.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(file, _)| file).collect()
}

/// Marks whatever is led to by what is marked.
fn spread(mut marked: Vec<bool>, leads: &[Vec<usize>]) -> Vec<bool> {
    let mut open: Vec<usize> =
        marked.iter().enumerate().filter(|(_, is)| **is).map(|(at, _)| at).collect();
    while let Some(at) = open.pop() {
        for next in leads.get(at).into_iter().flatten() {
            if let Some(mark) = marked.get_mut(*next).filter(|mark| !**mark) {
                *mark = true;
                open.push(*next);
            }
        }
    }
    marked
}

/// The places of files in a list, by their numbers.
fn places(files: &[&Parsed]) -> FxHashMap<u32, usize> {
    files.iter().enumerate().map(|(at, file)| (file.number, at)).collect()
}

/// `// trave-ignore rule: reason`, each on its line.
fn ignore_comments(file: FileId, text: &str) -> Vec<IgnoreComment> {
    let mut comments = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let said = line.find("//").and_then(|at| Some((at, line.get(at + 2..)?)));
        if let Some((at, said)) = said
            && said.trim().starts_with("trave-ignore")
        {
            let span = Span::new(start + at, start + line.trim_end().len());
            comments.push(IgnoreComment { origin: span.in_file(file), text: said.trim().into() });
        }
        start += line.len();
    }
    comments
}

impl Declarations {
    /// Gives each declaration to the root whose tables it declares, or a root of its own, and
    /// replays what that changes. What comes back is what code calls the tables.
    pub(crate) fn give_to(
        self,
        roots: &mut Vec<MigrationRoot>,
        replayed: &mut ReplayedRoots,
        replays: (&mut Replays, &Sources),
    ) -> CodeNames {
        let mut names = CodeNames::new();
        replayed.comments.extend(self.comments);
        let migrated = roots.len();
        let mut changed: BTreeSet<usize> = BTreeSet::new();
        let mut declared: BTreeSet<(usize, TableName)> = BTreeSet::new();
        for source in self.sources {
            if source.declared.tables.is_empty() {
                only_names(source, (&*roots, &*replayed), &mut names);
                continue;
            }
            let candidates = roots.iter().take(migrated).zip(&replayed.catalogs).enumerate();
            let at = root_of(&source, candidates).unwrap_or(roots.len());
            if at == roots.len() {
                roots.push(root_for(&source));
            }
            let catalog = replayed.catalogs.get(at);
            let is_made = |name: &TableName| {
                declared.contains(&(at, name.clone()))
                    || catalog.is_some_and(|catalog| is_made(catalog, name))
            };
            let sql = source.declared.to_sql(&is_made);
            let tool = source.declared.tool;
            let by = declared_by(tool);
            if let Some(root) = roots.get_mut(at) {
                let tables = source.declared.names.into_iter();
                let tables = tables.map(|table| (tool, Arc::new(table)));
                names.entry(root.folder.clone()).or_default().extend(tables);
                root.declarations.push(Declaration { by, files: source.files, sql });
            }
            let names = source.declared.tables.into_iter().map(|table| (at, table.name));
            declared.extend(names);
            changed.insert(at);
        }
        let again: Vec<(usize, &MigrationRoot)> =
            changed.iter().filter_map(|at| Some((*at, roots.get(*at)?))).collect();
        replayed.put(&again, replays);
        names
    }
}

/// Gives names to the root whose tables they name, or to their folder where there is none.
fn only_names(
    source: Source,
    (roots, replayed): (&[MigrationRoot], &ReplayedRoots),
    names: &mut CodeNames,
) {
    let shared = |catalog: &Catalog| {
        let tables = source.declared.names.iter();
        tables.filter(|it| catalog.tables.contains_key(&qualified(&it.table))).count()
    };
    let ranked = roots.iter().zip(&replayed.catalogs).map(|(root, catalog)| {
        (shared(catalog), shared_depth(&source.folder, &root.folder), Reverse(&root.folder))
    });
    let best = ranked.filter(|(shared, ..)| shared * 2 >= source.declared.names.len()).max();
    let folder = best.map_or_else(|| source.folder.clone(), |(.., Reverse(folder))| folder.clone());
    let tool = source.declared.tool;
    let tables = source.declared.names.into_iter().map(|table| (tool, Arc::new(table)));
    names.entry(folder).or_default().extend(tables);
}

/// The root whose tables a declaration repeats: most of those of the smaller of the two.
fn root_of<'a>(
    source: &Source,
    candidates: impl Iterator<Item = (usize, (&'a MigrationRoot, &'a Arc<Catalog>))>,
) -> Option<usize> {
    let dialect = source.declared.dialect;
    let ranked = candidates.filter_map(|(at, (root, catalog))| {
        let own = catalog.tables.values();
        let own = own.filter(|table| table.provenance != trave_catalog::Provenance::Platform);
        let smaller = own.count().min(source.declared.tables.len());
        let shared = source.declared.tables.iter();
        let shared = shared.filter(|table| catalog.tables.contains_key(&qualified(&table.name)));
        let shared = shared.count();
        let fits = root.dialect == dialect && shared > 0 && shared * 2 >= smaller;
        let near = shared_depth(&source.folder, &root.folder);
        fits.then_some((shared, near, Reverse(at)))
    });
    ranked.max().map(|(_, _, Reverse(at))| at)
}

/// A root without any SQL.
fn root_for(source: &Source) -> MigrationRoot {
    MigrationRoot {
        folder: source.folder.clone(),
        kind: RootKind::Declared,
        dialect: source.declared.dialect,
        files: Vec::new(),
        config: RootConfig::default(),
        declarations: Vec::new(),
        exposed: false,
    }
}

fn is_made(catalog: &Catalog, name: &TableName) -> bool {
    let table = catalog.tables.get(&qualified(name)).map(|table| table.provenance);
    table.is_some_and(|it| it.is_migration() || it == trave_catalog::Provenance::Platform)
}

fn qualified(name: &TableName) -> QualifiedName {
    let schema = name.schema.clone().unwrap_or_else(|| "public".into());
    QualifiedName::new(schema, name.name.clone())
}

fn declared_by(tool: Tool) -> DeclaredBy {
    match tool {
        Tool::Prisma => DeclaredBy::Prisma,
        Tool::Drizzle => DeclaredBy::Drizzle,
        Tool::TypeOrm => DeclaredBy::TypeOrm,
        Tool::MikroOrm => DeclaredBy::MikroOrm,
        Tool::Sequelize => DeclaredBy::Sequelize,
    }
}

#[cfg(test)]
mod tests {
    use trave_catalog::{DeclaredBy, Provenance, QualifiedName};

    use crate::analyse;
    use crate::settings::Settings;

    const HEAD: &str = "datasource db {\n  provider = \"postgresql\"\n}\n";

    fn model(files: &[(&str, &str)]) -> trave_model::Model {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        analyse(files.collect(), &Settings::default())
    }

    #[test]
    fn a_declared_schema_without_migrations_is_a_catalog() {
        let text = format!("{HEAD}model User {{\n  id String @id\n  email String @unique\n}}\n");
        let model = model(&[("prisma/schema.prisma", &text)]);
        let catalog = &model.catalogs[0];
        assert_eq!(catalog.declared_by, Some(DeclaredBy::Prisma));
        let table = &catalog.tables[&QualifiedName::new("public", "User")];
        let Provenance::Declaration(origin) = table.provenance else { panic!() };
        assert_eq!(model.sources.slice(origin), "User");
        let email = table.column("email").unwrap();
        assert_eq!(model.sources.slice(email.origin), "email String @unique");
        let index = &table.indexes[1];
        assert_eq!((index.name.as_str(), index.unique), ("User_email_key", true));
        assert_eq!(model.sources.slice(index.origin), "@unique");
    }

    #[test]
    fn a_declaration_is_read_through_files_that_do_not_name_the_library() {
        let model = model(&[
            ("src/aside.ts", "export const aside = 1;\n"),
            ("src/library.ts", "export { pgTable, text } from 'drizzle-orm/pg-core';\n"),
            ("src/names.ts", "export const NOTES = 'notes';\n"),
            (
                "src/schema.ts",
                "import { pgTable, text } from './library';\nimport { NOTES } from './names';\n\
                 export const notes = pgTable(NOTES, { body: text('body') });\n",
            ),
            (
                "src/app/api/notes/route.ts",
                "import { createClient } from '@supabase/supabase-js';\n\
                 import '../../../schema';\n\
                 const db = createClient(process.env.URL!, process.env.KEY!);\n\
                 export const GET = async () => Response.json(await db.from('notes').select());\n",
            ),
        ]);
        let name = QualifiedName::new("public", "notes");
        assert!(model.catalogs[0].tables[&name].column("body").is_some());
    }

    #[test]
    fn migrations_come_first_and_the_declaration_adds_what_they_do_not_make() {
        let text = format!(
            "{HEAD}model User {{\n  id String @id\n  name String?\n  @@index([name])\n}}\n\
             model Post {{\n  id String @id\n}}\n"
        );
        let sql = "create table \"User\" (id text primary key);";
        let path = "prisma/migrations/20240101000000_a/migration.sql";
        let model = model(&[("prisma/schema.prisma", &text), (path, sql)]);
        assert_eq!(model.catalogs.len(), 1);
        let catalog = &model.catalogs[0];
        let user = &catalog.tables[&QualifiedName::new("public", "User")];
        assert!(matches!(user.provenance, Provenance::Migration(_)));
        assert!(user.column("name").is_some());
        assert_eq!(user.indexes.len(), 1);
        let post = &catalog.tables[&QualifiedName::new("public", "Post")];
        assert!(matches!(post.provenance, Provenance::Declaration(_)));
    }

    #[test]
    fn another_database_is_another_catalog() {
        let text = format!("{HEAD}model Fact {{\n  id String @id\n}}\n");
        let sql = "create table visits (id text primary key);";
        let files = [("prisma/schema.prisma", text.as_str()), ("db/migrations/001_a.sql", sql)];
        assert_eq!(model(&files).catalogs.len(), 2);
    }

    #[test]
    fn entities_that_hold_each_other_are_no_endless_work() {
        let entities = 16;
        let fields = |own: usize| {
            let others = (0..entities).filter(|other| *other != own);
            let fields = others.map(|at| format!("@ManyToOne(() => E{at}) f{at}: E{at};"));
            fields.collect::<Vec<_>>().join("\n")
        };
        let class = |at: usize| {
            format!(
                "@Entity() export class E{at} {{ @PrimaryColumn() id: number;\n{} }}\n",
                fields(at)
            )
        };
        let classes: String = (0..entities).map(class).collect();
        let text = format!(
            "import {{ Entity, ManyToOne, PrimaryColumn }} from 'typeorm';\n\
             import {{ Controller, Get }} from '@nestjs/common';\n{classes}\
             @Controller('e') export class It {{ constructor(private readonly one: E0) {{}}\n\
             @Get() get() {{ return this.one.f1.f2.f3; }} }}\n"
        );
        let model = model(&[("src/entities.ts", &text)]);
        assert_eq!(model.catalogs[0].declared_by, Some(DeclaredBy::TypeOrm));
        assert_eq!(model.catalogs[0].tables.len(), entities);
    }
}
