//! The access matrix of each root, by the tables that the page knows.

use std::collections::BTreeMap;

use serde::Serialize;
use smol_str::SmolStr;
use trave_model::Model;
use trave_model::catalog::{Entry, Matrix, Policy, QualifiedName, Rows, Subject};

use crate::access::{named, reason, word};

/// What a role gets of a table with one command.
#[derive(Serialize)]
pub(super) struct Cell {
    rows: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
    /// Places among the policies of the table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<usize>,
}

/// A table in the matrix: one line a role, one cell a command.
#[derive(Serialize)]
pub(super) struct Lines {
    pub(super) served: bool,
    cells: Vec<Vec<Cell>>,
}

/// The matrices of all roots.
pub(super) struct Matrices<'a> {
    found: Vec<Matrix<'a>>,
    places: Vec<BTreeMap<&'a QualifiedName, usize>>,
}

impl<'a> Matrices<'a> {
    pub(super) fn of(model: &'a Model) -> Self {
        let found: Vec<Matrix<'a>> = model.catalogs.iter().map(|it| it.access()).collect();
        let places = found.iter().map(|matrix| {
            matrix.entries.iter().enumerate().map(|(at, entry)| (entry.name, at)).collect()
        });
        Self { places: places.collect(), found }
    }

    /// The roles of a root, in the order of its lines.
    pub(super) fn roles(&self, catalog: usize) -> Vec<SmolStr> {
        self.found.get(catalog).map(|matrix| matrix.roles.clone()).unwrap_or_default()
    }

    pub(super) fn lines(&self, catalog: usize, name: &QualifiedName) -> Option<Lines> {
        let at = *self.places.get(catalog)?.get(name)?;
        let entry = self.found.get(catalog)?.entries.get(at)?;
        let policies: &[Policy] = match entry.subject {
            Subject::Table(table) => &table.policies,
            Subject::View(_) => &[],
        };
        Some(Lines { served: entry.served, cells: cells(entry, policies) })
    }
}

fn cells(entry: &Entry<'_>, policies: &[Policy]) -> Vec<Vec<Cell>> {
    let of_line = |rows: &[Rows<'_>; 4]| rows.iter().map(|rows| cell(rows, policies)).collect();
    entry.lines.iter().map(|line| of_line(&line.rows)).collect()
}

fn cell(rows: &Rows<'_>, policies: &[Policy]) -> Cell {
    let why = match rows {
        Rows::Every(why) => Some(reason(*why)),
        _ => None,
    };
    let place = |policy: &Policy| policies.iter().position(|it| std::ptr::eq(it, policy));
    Cell { rows: word(rows), why, policies: named(rows).filter_map(place).collect() }
}
