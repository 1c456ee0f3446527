//! What stands at a place in a text: something of a catalog, or the name of a rule.

use std::path::Path;

use lsp_types::{Location, TextDocumentPositionParams};
use trave_catalog::{Catalog, Function, Table, View as SqlView};
use trave_model::Entity;
use trave_source::{FileId, Origin, Span};

use crate::server::Server;
use crate::snapshot::View;
use crate::words::{slice, spelled_alike, word_at};
use crate::{sql_names, uri};

/// A place in a text as the editor holds it.
pub(crate) struct Here<'a> {
    /// The project around it.
    pub(crate) view: View<'a>,
    /// The file, if the last analysis read it.
    pub(crate) file: Option<FileId>,
    /// Its path in the project.
    pub(crate) path: String,
    /// The text of the editor.
    pub(crate) text: &'a str,
    /// The byte of that text.
    pub(crate) offset: u32,
}

/// Something of a catalog that a place names.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// The catalog, by index.
    pub(crate) catalog: usize,
    /// What it is.
    pub(crate) entity: Entity,
    /// The name in the text of the editor.
    pub(crate) span: Span,
}

impl Server {
    /// A place that a request is about; none where no project has the file.
    pub(crate) fn here(&self, params: &TextDocumentPositionParams) -> Option<Here<'_>> {
        let path = uri::to_path(&params.text_document.uri)?;
        let root = self.folder_of(&path)?;
        let view = self.view(root)?;
        let document = self.documents.get(&path)?;
        let offset = document.lines(self.client.encoding).offset(params.position);
        let path = crate::worker::relative(root, &path)?;
        let file = view.snapshot.file(&path);
        Some(Here { view, file, path, text: &document.text, offset })
    }
}

impl<'a> Here<'a> {
    /// Whether the text is SQL, rather than code with SQL in it.
    pub(crate) fn is_sql(&self) -> bool {
        let ending = Path::new(&self.path).extension();
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case("sql"))
    }

    /// The catalog that the text speaks to.
    pub(crate) fn catalog(&self) -> Option<(usize, &'a Catalog)> {
        let model = self.view.model();
        let at = *model.catalog_of_file.get(&self.file?)?;
        Some((at, model.catalogs.get(at)?))
    }

    /// The byte of the analysed text.
    pub(crate) fn analysed(&self) -> Option<u32> {
        self.view.to_analysed(self.file?, self.offset)
    }

    /// What the place names.
    pub(crate) fn named(&self) -> Option<Named> {
        if self.is_sql() {
            let (catalog, known) = self.catalog()?;
            let (entity, span) = sql_names::entity_at(known, self.text, self.offset)?;
            return Some(Named { catalog, entity, span });
        }
        self.mentioned().or_else(|| self.declared()).or_else(|| self.inside_query())
    }

    /// What a query is known to name here.
    fn mentioned(&self) -> Option<Named> {
        let file = self.file?;
        let offset = self.analysed()?;
        let here = Span { start: offset, end: offset };
        let mentions = self.view.model().mentions_in(file);
        let mut around = mentions.into_iter().filter(|it| it.origin.span.holds(here));
        let mention = around.by_ref().min_by_key(|mention| mention.origin.span.len())?;
        let span = self.view.to_current(file, mention.origin.span)?;
        Some(Named { catalog: mention.catalog, entity: mention.entity, span })
    }

    /// A table or column that is declared here: in a Prisma schema, in the code of an ORM.
    fn declared(&self) -> Option<Named> {
        let (file, offset) = (self.file?, self.analysed()?);
        let here = Span { start: offset, end: offset };
        let is_here = |origin: Origin| origin.file == file && origin.span.holds(here);
        let (catalog, known) = self.catalog()?;
        let span = word_at(self.text, self.offset)?;
        let word = slice(self.text, span);
        for table in known.tables.values() {
            let column = table.columns.iter().find(|column| is_here(column.origin));
            let is_table = column.is_none() && table.origin().is_some_and(is_here);
            let column = column.filter(|column| spelled_alike(&column.name, word));
            let entity = match column {
                Some(column) => Entity::Column(table.name.clone(), column.name.clone()),
                None if is_table => Entity::Relation(table.name.clone()),
                None => continue,
            };
            return Some(Named { catalog, entity, span });
        }
        None
    }

    /// A name in a query that is a column of its tables, or one of them.
    fn inside_query(&self) -> Option<Named> {
        let model = self.view.model();
        let query = model.query_around(self.file?, self.analysed()?)?;
        let catalog = *model.catalog_of_file.get(&query.facts.origin.file)?;
        let span = word_at(self.text, self.offset)?;
        let word = slice(self.text, span);
        let tables = model.tables_named_by(query);
        let relation = tables.iter().find(|table| spelled_alike(&table.name.name, word));
        let entity = match relation {
            Some(table) => Entity::Relation(table.name.clone()),
            None => tables.iter().find_map(|table| {
                let column = table.columns.iter().find(|it| spelled_alike(&it.name, word))?;
                Some(Entity::Column(table.name.clone(), column.name.clone()))
            })?,
        };
        Some(Named { catalog, entity, span })
    }
}

/// Something of a catalog, found again by its name.
pub(crate) enum Object<'m> {
    Table(&'m Table),
    View(&'m SqlView),
    Column(&'m Table, &'m trave_catalog::Column),
    Function(&'m Function),
}

impl<'m> Object<'m> {
    /// Looks it up.
    pub(crate) fn find(catalog: &'m Catalog, entity: &Entity) -> Option<Self> {
        match entity {
            Entity::Relation(name) => {
                let table = catalog.table(name).map(Self::Table);
                table.or_else(|| catalog.view(name).map(Self::View))
            }
            Entity::Column(name, column) => {
                let table = catalog.table(name)?;
                Some(Self::Column(table, table.column(column)?))
            }
            Entity::Function(name) => {
                let mut functions = catalog.functions.values();
                functions.find(|function| function.name == *name).map(Self::Function)
            }
        }
    }

    /// Where it is made; none for what the platform brings.
    pub(crate) fn origin(&self) -> Option<Origin> {
        match self {
            Self::Table(table) => table.origin(),
            Self::View(view) => view.provenance.origin(),
            Self::Column(table, column) => table.origin().map(|_| column.origin),
            Self::Function(function) => function.provenance.origin(),
        }
    }

    /// Where the editor sees that.
    pub(crate) fn location(&self, view: &View<'_>) -> Option<Location> {
        view.location(self.origin()?)
    }
}
