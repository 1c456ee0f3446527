//! The map: ways in, queries and tables as one page for browsers, without network.
//!
//! Here the model becomes one JSON text and a skeleton of HTML; the files in `page` are the
//! program and the style that draw it.

mod access;
mod findings;
mod island;
mod objects;
mod places;
mod queries;
mod routes;
mod shell;
mod tables;

use trave_engine::Report;
use trave_engine::rule::Rule;
use trave_model::Model;

/// What a map is drawn of.
#[derive(Debug, Clone, Copy)]
pub struct Map<'a> {
    /// The program and its database.
    pub model: &'a Model,
    /// What was found in it.
    pub report: &'a Report,
    /// The rules that looked for it; their first lines are shown.
    pub rules: &'a [&'a Rule],
    /// What the page is called: the name of the project.
    pub title: &'a str,
    /// What stands before every path, so that it can be followed from where the user is.
    pub prefix: &'a str,
}

/// The whole page. The same map gives the same bytes.
pub fn page(map: &Map<'_>) -> String {
    shell::page(map.title, &island::text(map))
}
