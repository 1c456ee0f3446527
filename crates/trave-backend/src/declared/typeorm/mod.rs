//! TypeORM: classes with `@Entity()`, as `synchronize` or a generated migration writes them.
//!
//! A class whose columns cannot all be known, because its key comes from somewhere else, is left
//! out: TypeORM refuses tables without a primary key, so its key was not understood.

mod column;
mod extra;
mod migrated;
mod names;
mod relation;
mod settings;
#[cfg(test)]
mod tests;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use trave_source::Origin;
use trave_ts::ir::Field;

use super::class::{ClassAt, Decorator, Options, path_of};
use super::code::{Code, Linked};
use super::entity_names::{self, Entity, Lead};
use super::{Column, Declared, Enum, Key, Source, Table, TableName, Tool};
use column::ColumnField;
use relation::Relation;
use settings::Settings;

/// Byte strings, one of which a module holds if it may declare tables.
pub const NEEDLES: [&str; 3] = ["'typeorm'", "\"typeorm\"", "@nestjs/typeorm"];

/// Embedded classes in embedded classes: no deeper than this.
const DEPTH_MAX: u32 = 8;

/// Every schema that the modules declare, one for each package.
pub fn read(modules: &[Linked<'_>]) -> Vec<Source> {
    let code = Code::new(modules);
    let mut packages: BTreeMap<&str, Vec<ClassAt>> = BTreeMap::new();
    for (at, class) in code.classes() {
        let said = code.decorators(at.module, &class.decorators, is_typeorm);
        let is_entity = said.iter().any(|it| matches!(&*it.name, "Entity" | "ChildEntity"));
        if let Some(linked) = modules.get(at.module).filter(|_| is_entity) {
            packages.entry(linked.package).or_default().push(at);
        }
    }
    if packages.is_empty() {
        return Vec::new();
    }
    let found = settings::find(&code);
    let read = |(package, classes): (&str, Vec<ClassAt>)| {
        let reader = Reader { code: &code, settings: Settings::of(&found, package)? };
        Some(reader.source(package, &classes)).filter(|source| !source.declared.tables.is_empty())
    };
    packages.into_iter().filter_map(read).collect()
}

fn is_typeorm(package: &str) -> bool {
    package == "typeorm" || package.starts_with("typeorm/")
}

/// The reader of the entities of one package.
struct Reader<'c> {
    /// The modules.
    code: &'c Code<'c>,
    /// How its data source is set up.
    settings: Settings,
}

/// What stands around a field that is read.
#[derive(Debug, Clone, Default)]
struct Around {
    /// The path of the property that embeds its class.
    path: Option<SmolStr>,
    /// The prefixes of its columns.
    prefixes: Vec<SmolStr>,
    /// Whether other classes share the table, whose rows have no such value.
    nullable: bool,
}

/// A property with the column that holds it.
#[derive(Debug, Clone)]
struct Prop {
    /// The path from the entity.
    path: SmolStr,
    /// The name in its class.
    property: SmolStr,
    /// The column.
    column: SmolStr,
    /// What the type of a column that refers to it is.
    data_type: String,
}

/// An entity that is being read.
struct Shape<'c> {
    /// Its class, and those that share its table.
    classes: Vec<ClassAt>,
    /// The name of its table without a prefix.
    bare: SmolStr,
    /// The table so far.
    table: Table,
    /// Its enums.
    enums: Vec<Enum>,
    /// The column that tells which class a row is of.
    discriminator: Option<SmolStr>,
    /// Its properties that are columns.
    props: Vec<Prop>,
    /// The columns of its primary key, and where each says so.
    primary: Vec<(SmolStr, Origin)>,
    /// Its relations that make columns or tables.
    relations: Vec<Relation<'c>>,
    /// Every property that leads to another class.
    leads: Vec<Lead>,
    /// `@Index`, `@Unique`, `@Check`, with the path of the property they stand on.
    marks: Vec<(Decorator<'c>, Option<SmolStr>)>,
}

impl Around {
    fn path(&self, property: &str) -> SmolStr {
        path_of(self.path.as_deref(), property)
    }
}

impl Shape<'_> {
    /// Adds a column; one that is declared again replaces what was there.
    fn put(&mut self, column: Column) {
        self.table.columns.retain(|known| known.name != column.name);
        self.table.columns.push(column);
    }

    /// What code calls it, and what it is made of.
    fn entity(&self) -> Entity<'_> {
        let columns_of = |path: &SmolStr| {
            let relation = self.relations.iter().find(|relation| relation.path == *path);
            relation.map(|relation| relation.columns.clone()).unwrap_or_default()
        };
        let leads = self.leads.iter();
        Entity {
            classes: &self.classes,
            table: &self.table,
            columns: self.props.iter().map(|it| (it.path.clone(), it.column.clone())).collect(),
            primary: self.primary.iter().map(|(column, _)| column.clone()).collect(),
            leads: leads.map(|it| Lead { columns: columns_of(&it.path), ..it.clone() }).collect(),
        }
    }

    /// Orders the columns as TypeORM does, adds the primary key.
    fn finish(&mut self) {
        let embedded: BTreeSet<&SmolStr> = self
            .props
            .iter()
            .filter(|prop| prop.path.contains('.'))
            .map(|prop| &prop.column)
            .collect();
        let place = |column: &Column| {
            let discriminates = self.discriminator.as_ref() == Some(&column.name);
            (embedded.contains(&column.name), discriminates)
        };
        self.table.columns.sort_by_key(place);
        let mut columns: Vec<SmolStr> = Vec::new();
        for (column, _) in &self.primary {
            if !columns.contains(column) {
                columns.push(column.clone());
            }
        }
        let Some((_, origin)) = self.primary.first() else { return };
        let name = names::constraint("PK", &self.table.name.name, &columns);
        self.table.keys.push(Key {
            primary: true,
            name: Some(name),
            columns,
            nulls_not_distinct: false,
            origin: *origin,
        });
    }
}

impl<'c> Reader<'c> {
    fn source(&self, package: &str, classes: &[ClassAt]) -> Source {
        let mut shapes: Vec<Shape<'c>> =
            classes.iter().filter_map(|class| self.shape(*class)).collect();
        for class in classes {
            self.add_child(*class, &mut shapes);
        }
        self.resolve(&mut shapes);
        shapes.retain(|shape| !shape.primary.is_empty());
        let mut tables = self.junctions(&shapes);
        let migrated = self.migrated(package);
        for shape in shapes.iter_mut().rev() {
            self.add_marks(shape);
            shape.add_migrated(&migrated);
            shape.finish();
            tables.insert(0, shape.table.clone());
        }
        let mut declared = Declared::new(Tool::TypeOrm, self.settings.dialect);
        let entities: Vec<Entity<'_>> = shapes.iter().map(Shape::entity).collect();
        entity_names::add(&mut declared, self.code, &entities);
        for table in tables {
            if !declared.tables.iter().any(|known| known.name == table.name) {
                declared.tables.push(table);
            }
        }
        for one in shapes.into_iter().flat_map(|shape| shape.enums) {
            if !declared.enums.iter().any(|known| known.name == one.name) {
                declared.enums.push(one);
            }
        }
        self.code.source_of(classes, declared)
    }

    /// The table of a class with `@Entity()`.
    fn shape(&self, at: ClassAt) -> Option<Shape<'c>> {
        let class = self.code.class(at)?;
        let decorators = self.code.decorators(at.module, &class.decorators, is_typeorm);
        let said = decorators.iter().find(|it| it.name == "Entity")?;
        let first = said.argument(0);
        let written = first.filter(|first| self.code.text(*first).is_some());
        let options = if written.is_some() { said.argument(1) } else { first };
        let options = Options { code: self.code, at: options };
        let named = written.or_else(|| options.field("name"));
        let own = named.and_then(|at| self.code.text(at));
        let is_unread = first.is_some() && written.is_none() && !self.code.is_object(first?);
        if is_unread || named.is_some() && own.is_none() {
            return None;
        }
        let bare =
            own.unwrap_or_else(|| names::snake(class.name.as_deref().unwrap_or_default()).into());
        let name = SmolStr::new(format!("{}{bare}", self.settings.prefix));
        let schema = options.text("schema").filter(|schema| schema != "public");
        let schema = schema.or_else(|| self.settings.schema.clone());
        let origin = named.map_or_else(|| self.code.class_name(at), |at| self.code.origin(at));
        let mut shape = Shape {
            classes: vec![at],
            bare,
            table: Table::new(TableName { schema, name }, origin),
            enums: Vec::new(),
            discriminator: None,
            props: Vec::new(),
            primary: Vec::new(),
            relations: Vec::new(),
            leads: Vec::new(),
            marks: Vec::new(),
        };
        for class in self.code.lineage(at).into_iter().rev() {
            self.add_class(&mut shape, &Around::default(), (class, DEPTH_MAX));
        }
        self.add_discriminator(&mut shape, &decorators);
        self.add_path(&mut shape, &decorators);
        Some(shape)
    }

    /// A class with `@ChildEntity()` keeps its rows in the table of the class it extends.
    fn add_child(&self, at: ClassAt, shapes: &mut [Shape<'c>]) {
        let Some(class) = self.code.class(at) else { return };
        let decorators = self.code.decorators(at.module, &class.decorators, is_typeorm);
        if !decorators.iter().any(|it| it.name == "ChildEntity") {
            return;
        }
        let lineage = self.code.lineage(at);
        let parent = lineage.iter().enumerate().skip(1).find_map(|(steps, base)| {
            let first = |shape: &Shape<'_>| shape.classes.first() == Some(base);
            Some((steps, shapes.iter().position(first)?))
        });
        let Some((steps, parent)) = parent else { return };
        let Some(shape) = shapes.get_mut(parent) else { return };
        let around = Around { nullable: true, ..Around::default() };
        for class in lineage.iter().take(steps).rev() {
            if !shape.classes.contains(class) {
                shape.classes.push(*class);
                self.add_class(shape, &around, (*class, DEPTH_MAX));
            }
        }
    }

    /// Adds what one class, without those it extends, says.
    fn add_class(
        &self,
        shape: &mut Shape<'c>,
        around: &Around,
        (at, depth): (ClassAt, u32),
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let class = self.code.class(at)?;
        if around.path.is_none() {
            let marks = self.code.decorators(at.module, &class.decorators, is_typeorm);
            shape.marks.extend(marks.into_iter().filter(extra::is_mark).map(|mark| (mark, None)));
        }
        for field in class.fields.iter().filter(|field| !field.is_static) {
            self.add_field(shape, around, (at, field, depth));
        }
        Some(())
    }

    fn add_field(
        &self,
        shape: &mut Shape<'c>,
        around: &Around,
        (class, field, depth): (ClassAt, &Field, u32),
    ) {
        let decorators = self.code.decorators(class.module, &field.decorators, is_typeorm);
        if decorators.is_empty() {
            return;
        }
        let path = around.path(&field.name);
        shape.props.retain(|known| known.path != path);
        shape.relations.retain(|known| known.path != path);
        shape.leads.retain(|known| known.path != path);
        if let Some(said) = decorators.iter().find(|said| column::makes_column(&said.name)) {
            if let Some((embedded, inner)) = self.embedded(said, around, &field.name) {
                for class in self.code.lineage(embedded).into_iter().rev() {
                    self.add_class(shape, &inner, (class, depth));
                }
                return;
            }
            let one = ColumnField { module: class.module, field, decorators: &decorators, said };
            self.add_column(shape, around, &one);
        }
        self.add_lead(shape, &path, &decorators);
        self.add_relation(shape, around, (class, field, &decorators));
        let marks = decorators.into_iter().filter(extra::is_mark);
        shape.marks.extend(marks.map(|mark| (mark, Some(path.clone()))));
    }
}
