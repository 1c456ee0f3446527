//! Names that code writes in camel case and the database in snake case.

use smol_str::SmolStr;

use super::scope::Scope;
use crate::clients::sql::spelling::respell_own;
use crate::library::Machine;
use crate::naming::snake;
use crate::query::{Query, Selection};
use crate::value::LibraryValue;

/// Where clients and builders keep that names are written in camel case.
pub(crate) const SNAKE: &str = "snake";

/// Gives the names of a query the spelling of the database: all of them where the builder's client
/// is known to turn them, else those that the catalog knows only so.
pub(crate) fn respell(query: &mut Query, builder: &LibraryValue, machine: &dyn Machine) {
    let turning = Turning { all: builder.kept(SNAKE).is_some(), machine };
    let Some(table) = &mut query.table else { return };
    turning.table(table);
    let columns = machine.columns(table);
    let own = |name: &mut SmolStr| turning.column(name, columns.as_deref());
    respell_own(query, &own);
    turning.joined(query);
}

/// Turns names.
#[derive(Clone, Copy)]
struct Turning<'m> {
    /// All of them, whatever the catalog says.
    all: bool,
    machine: &'m dyn Machine,
}

impl Turning<'_> {
    fn table(self, name: &mut SmolStr) {
        let turned = snake(name);
        let is_known = self.machine.knows_table(name) == Some(true);
        if self.all || !is_known && self.machine.knows_table(&turned) == Some(true) {
            *name = turned;
        }
    }

    fn column(self, name: &mut SmolStr, columns: Option<&[SmolStr]>) {
        let turned = snake(name);
        let known = columns.unwrap_or_default();
        if self.all || !known.contains(name) && known.contains(&turned) {
            *name = turned;
        }
    }

    /// The names of joined tables and their columns.
    fn joined(self, query: &mut Query) {
        let Selection { embeds, .. } = &mut query.selection;
        for embed in embeds {
            self.table(&mut embed.relation);
            let columns = self.machine.columns(&embed.relation);
            let own = |name: &mut SmolStr| self.column(name, columns.as_deref());
            embed.selection.columns.iter_mut().for_each(|column| own(&mut column.name));
            let filters = query.filters.iter_mut();
            let filters = filters.filter(|filter| filter.relation == embed.alias);
            filters.for_each(|filter| own(&mut filter.column));
            let order = query.order.iter_mut().filter(|key| key.relation == embed.alias);
            order.filter_map(|key| key.column.as_mut()).for_each(own);
        }
    }
}

/// Forgets columns that the leading table does not have, where rows of others come along: code may
/// name them without their table.
pub(crate) fn forget_others(query: &mut Query, builder: &LibraryValue, machine: &dyn Machine) {
    if query.selection.embeds.is_empty() && !Scope::is_opened(builder) {
        return;
    }
    let Some(columns) = query.table.as_ref().and_then(|table| machine.columns(table)) else {
        return;
    };
    let is_own = |name: &SmolStr| columns.contains(name);
    let selected = query.selection.columns.len();
    query.selection.columns.retain(|column| is_own(&column.name));
    query.selection.known &= query.selection.columns.len() == selected;
    let filters = query.filters.len();
    query.filters.retain(|filter| filter.relation.is_some() || is_own(&filter.column));
    query.incomplete |= query.filters.len() < filters;
    for key in query.order.iter_mut().filter(|key| key.relation.is_none()) {
        key.column = key.column.take().filter(|name| is_own(name));
    }
}
