//! MikroORM: classes with `@Entity()`, as its schema generator writes them.
//!
//! A class whose key cannot be known, because it comes from somewhere else, is left out.

mod column;
mod names;
mod relation;
mod settings;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trave_source::Origin;
use trave_ts::ir::{Class, Field};

use super::class::{ClassAt, Decorator, Options, path_of};
use super::code::{Code, Linked};
use super::entity_names::{self, Entity, Lead};
use super::{Check, Declared, Enum, Index, IndexKey, Key, Source, Table, TableName, Tool};
use relation::Relation;
use settings::Settings;

/// Byte strings, one of which a module holds if it may declare tables.
pub const NEEDLES: [&str; 1] = ["@mikro-orm/"];

/// Embedded classes in embedded classes: no deeper than this.
const DEPTH_MAX: u32 = 8;

/// Every schema that the modules declare, one for each package.
pub fn read(modules: &[Linked<'_>]) -> Vec<Source> {
    let code = Code::new(modules);
    let mut packages: BTreeMap<&str, Vec<ClassAt>> = BTreeMap::new();
    for (at, class) in code.classes() {
        let said = code.decorators(at.module, &class.decorators, is_mikro);
        let is_entity = said.iter().any(|it| it.name == "Entity");
        if let Some(linked) = modules.get(at.module).filter(|_| is_entity) {
            packages.entry(linked.package).or_default().push(at);
        }
    }
    let read = |(package, classes): (&str, Vec<ClassAt>)| {
        let settings = Settings::of(&code, package)?;
        let source = Reader { code: &code, settings }.source(&classes);
        Some(source).filter(|source| !source.declared.tables.is_empty())
    };
    packages.into_iter().filter_map(read).collect()
}

fn is_mikro(package: &str) -> bool {
    package.starts_with("@mikro-orm/")
}

/// The reader of the entities of one package.
struct Reader<'c> {
    /// The modules.
    code: &'c Code<'c>,
    /// How MikroORM is set up.
    settings: Settings,
}

/// What stands around a field that is read.
#[derive(Debug, Clone, Default)]
struct Around {
    /// The path of the property that embeds its class.
    path: Option<SmolStr>,
    /// The prefix of its columns.
    prefix: SmolStr,
    /// Whether a row may have no such value, whatever the field says.
    nullable: bool,
}

/// A property with the column that holds it.
#[derive(Debug, Clone)]
struct Prop {
    /// The path from the entity.
    path: SmolStr,
    /// The column.
    column: SmolStr,
    /// What the type of a column that refers to it is.
    data_type: String,
}

/// An entity that is being read.
struct Shape<'c> {
    /// Its class, and those that share its table.
    classes: Vec<ClassAt>,
    /// The name of its class.
    name: SmolStr,
    /// The table so far.
    table: Table,
    /// Its enums.
    enums: Vec<Enum>,
    /// Its properties that are columns.
    props: Vec<Prop>,
    /// The columns of its primary key, and where each says so.
    primary: Vec<(SmolStr, Origin)>,
    /// Whether the database may count the only column of the key up.
    counts: bool,
    /// Its relations that make columns or tables.
    relations: Vec<Relation>,
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
    fn put(&mut self, column: super::Column) {
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

    /// The columns of a property: those of a relation are what refers.
    fn columns_of(&self, path: &str) -> Option<Vec<SmolStr>> {
        if let Some(relation) = self.relations.iter().find(|relation| relation.path == path) {
            return Some(relation.columns.clone()).filter(|columns| !columns.is_empty());
        }
        let prop = self.props.iter().find(|prop| prop.path == path)?;
        Some(vec![prop.column.clone()])
    }
}

impl<'c> Reader<'c> {
    fn source(&self, classes: &[ClassAt]) -> Source {
        let mut shapes: Vec<Shape<'c>> =
            classes.iter().filter_map(|class| self.shape(*class)).collect();
        for class in classes {
            self.add_child(*class, &mut shapes);
        }
        self.resolve(&mut shapes);
        shapes.retain(|shape| !shape.primary.is_empty());
        let junctions = self.junctions(&shapes);
        let mut declared = Declared::new(Tool::MikroOrm, self.settings.dialect);
        let entities: Vec<Entity<'_>> = shapes.iter().map(Shape::entity).collect();
        entity_names::add(&mut declared, self.code, &entities);
        for mut shape in shapes {
            self.add_marks(&mut shape);
            self.add_key(&mut shape);
            for one in shape.enums {
                if !declared.enums.iter().any(|known| known.name == one.name) {
                    declared.enums.push(one);
                }
            }
            if !declared.tables.iter().any(|known| known.name == shape.table.name) {
                declared.tables.push(shape.table);
            }
        }
        for table in junctions {
            if !declared.tables.iter().any(|known| known.name == table.name) {
                declared.tables.push(table);
            }
        }
        self.code.source_of(classes, declared)
    }

    fn name(&self, written: &str) -> SmolStr {
        if self.settings.underscores { names::underscore(written) } else { written.into() }
    }

    fn entity(&self, at: ClassAt) -> Option<(&'c Class, Decorator<'c>, Options<'c, 'c>)> {
        let class = self.code.class(at)?;
        let said = self.code.decorators(at.module, &class.decorators, is_mikro);
        let said = said.into_iter().find(|it| it.name == "Entity")?;
        let options = Options { code: self.code, at: said.argument(0) };
        Some((class, said, options))
    }

    /// The nearest class that shares its table with those that extend it.
    fn root(&self, at: ClassAt) -> Option<ClassAt> {
        let shares = |base: &ClassAt| {
            self.entity(*base).is_some_and(|(_, _, options)| {
                options.field("discriminatorColumn").is_some()
                    || options.field("discriminatorMap").is_some()
            })
        };
        self.code.lineage(at).into_iter().skip(1).find(shares)
    }

    /// The table of a class with `@Entity()`.
    fn shape(&self, at: ClassAt) -> Option<Shape<'c>> {
        let (class, said, options) = self.entity(at)?;
        let is_unread = said.argument(0).is_some_and(|at| !self.code.is_object(at));
        if is_unread || options.is("abstract") || self.root(at).is_some() {
            return None;
        }
        let named = options.field("tableName").or_else(|| options.field("collection"));
        let own = named.and_then(|at| self.code.text(at));
        if named.is_some() && own.is_none() || options.field("expression").is_some() {
            return None;
        }
        let class_name = class.name.clone().unwrap_or_default();
        let name = own.unwrap_or_else(|| self.name(&class_name));
        let schema = options.text("schema").filter(|schema| schema != "public" && schema != "*");
        let origin = named.map_or_else(|| self.code.class_name(at), |at| self.code.origin(at));
        let mut shape = Shape {
            classes: vec![at],
            name: class_name,
            table: Table::new(TableName { schema, name }, origin),
            enums: Vec::new(),
            props: Vec::new(),
            primary: Vec::new(),
            counts: false,
            relations: Vec::new(),
            leads: Vec::new(),
            marks: Vec::new(),
        };
        for class in self.code.lineage(at).into_iter().rev() {
            self.add_class(&mut shape, &Around::default(), (class, DEPTH_MAX));
        }
        self.add_discriminator(&mut shape, options);
        Some(shape)
    }

    /// A class whose base has a discriminator keeps its rows in the table of that.
    fn add_child(&self, at: ClassAt, shapes: &mut [Shape<'c>]) {
        let Some(root) = self.root(at) else { return };
        let is_it = |shape: &&mut Shape<'_>| shape.classes.first() == Some(&root);
        let Some(shape) = shapes.iter_mut().find(is_it) else { return };
        let around = Around { nullable: true, ..Around::default() };
        let lineage = self.code.lineage(at);
        let own: Vec<ClassAt> = lineage.into_iter().take_while(|class| *class != root).collect();
        for class in own.into_iter().rev() {
            if !shape.classes.contains(&class) {
                shape.classes.push(class);
                self.add_class(shape, &around, (class, DEPTH_MAX));
            }
        }
    }

    fn add_discriminator(&self, shape: &mut Shape<'c>, options: Options<'_, '_>) {
        let said = options.field("discriminatorColumn");
        let Some(at) = said.or_else(|| options.field("discriminatorMap")) else { return };
        let name = said.and_then(|at| self.code.text(at)).unwrap_or_else(|| "type".into());
        if shape.props.iter().any(|prop| prop.path == name) {
            return;
        }
        let origin = self.code.origin(at);
        let name = self.name(&name);
        shape.put(super::Column {
            name: name.clone(),
            data_type: types::data_type(self.settings.dialect, "string", Options::none(self.code)),
            not_null: true,
            default: None,
            generated: None,
            origin,
        });
        add_index(shape, &[name], (None, origin));
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
            let marks = self.code.decorators(at.module, &class.decorators, is_mikro);
            shape.marks.extend(marks.into_iter().filter(is_mark).map(|mark| (mark, None)));
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
        let decorators = self.code.decorators(class.module, &field.decorators, is_mikro);
        let path = around.path(&field.name);
        for said in &decorators {
            match said.name.as_str() {
                "Property" | "PrimaryKey" | "Enum" => {
                    self.add_column(shape, around, (class, field, said));
                }
                "Embedded" => {
                    let Some((inner, around)) = self.embedded(said, around, (class, field)) else {
                        continue;
                    };
                    for class in self.code.lineage(inner).into_iter().rev() {
                        self.add_class(shape, &around, (class, depth));
                    }
                }
                "OneToMany" => {
                    self.add_lead(shape, &path, (class, field, said));
                }
                "ManyToOne" | "OneToOne" | "ManyToMany" => {
                    self.add_lead(shape, &path, (class, field, said));
                    self.add_relation(shape, around, (class, field, said));
                }
                _ => {}
            }
        }
        let marks = decorators.into_iter().filter(is_mark);
        shape.marks.extend(marks.map(|mark| (mark, Some(path.clone()))));
    }

    fn add_marks(&self, shape: &mut Shape<'c>) {
        for (mark, path) in std::mem::take(&mut shape.marks) {
            let options = Options { code: self.code, at: mark.argument(0) };
            let origin = self.code.origin(mark.at);
            if mark.name == "Check" {
                add_check(shape, path.as_ref(), (options, origin));
                continue;
            }
            let properties = match &path {
                Some(path) => Some(vec![path.clone()]),
                None => options.field("properties").and_then(|at| {
                    self.code.text(at).map(|one| vec![one]).or_else(|| self.code.texts(at))
                }),
            };
            let columns = properties.unwrap_or_default();
            let columns = columns.iter().map(|path| shape.columns_of(path));
            let columns = columns.collect::<Option<Vec<_>>>().map(|columns| columns.concat());
            let Some(columns) = columns.filter(|columns| !columns.is_empty()) else { continue };
            if options.field("expression").is_some() || options.field("where").is_some() {
                continue;
            }
            let name = options.text("name");
            if mark.name == "Unique" {
                self.add_unique(shape, columns, (name, origin));
            } else {
                add_index(shape, &columns, (name, origin));
            }
        }
    }

    /// A unique constraint, which only PostgreSQL has beside indexes.
    fn add_unique(
        &self,
        shape: &mut Shape<'c>,
        columns: Vec<SmolStr>,
        (own, origin): (Option<SmolStr>, Origin),
    ) {
        let made_up = || names::constraint(&shape.table.name.name, &columns, "unique");
        let name = Some(own.unwrap_or_else(made_up));
        if self.settings.dialect == trave_sql::Dialect::Postgres {
            let (primary, nulls_not_distinct) = (false, false);
            shape.table.keys.push(Key { primary, name, columns, nulls_not_distinct, origin });
        } else {
            shape.table.indexes.push(index(name, &columns, origin));
            if let Some(index) = shape.table.indexes.last_mut() {
                index.unique = true;
            }
        }
    }

    /// The primary key, whose only column the database counts up if it is a number.
    fn add_key(&self, shape: &mut Shape<'c>) {
        let Some((_, origin)) = shape.primary.first().cloned() else { return };
        let columns: Vec<SmolStr> = shape.primary.iter().map(|(name, _)| name.clone()).collect();
        if let [only] = columns.as_slice()
            && shape.counts
            && let Some(column) = shape.table.columns.iter_mut().find(|it| it.name == *only)
        {
            column::count_up(self.settings.dialect, column);
        }
        let (name, nulls_not_distinct) = (None, false);
        shape.table.keys.push(Key { primary: true, name, columns, nulls_not_distinct, origin });
    }
}

fn add_index(shape: &mut Shape<'_>, columns: &[SmolStr], (own, origin): (Option<SmolStr>, Origin)) {
    let made_up = || names::constraint(&shape.table.name.name, columns, "index");
    let name = Some(own.unwrap_or_else(made_up));
    shape.table.indexes.push(index(name, columns, origin));
}

fn add_check(
    shape: &mut Shape<'_>,
    path: Option<&SmolStr>,
    (options, origin): (Options<'_, '_>, Origin),
) {
    let Some(condition) = options.text("expression") else { return };
    let columns = path.and_then(|path| shape.columns_of(path)).unwrap_or_default();
    let made_up = || names::constraint(&shape.table.name.name, &columns, "check");
    let name = options.text("name").unwrap_or_else(made_up);
    let condition = condition.to_string();
    shape.table.checks.push(Check { name: Some(name), condition, origin });
}

fn is_mark(said: &Decorator<'_>) -> bool {
    matches!(said.name.as_str(), "Index" | "Unique" | "Check")
}

fn index(name: Option<SmolStr>, columns: &[SmolStr], origin: Origin) -> Index {
    Index {
        name,
        unique: false,
        method: None,
        keys: columns.iter().map(|column| IndexKey::column(column)).collect(),
        predicate: None,
        origin,
    }
}
