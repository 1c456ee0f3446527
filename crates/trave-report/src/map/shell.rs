//! The skeleton of the page: what stands there before the program runs.

use maud::{Markup, PreEscaped, html};

use crate::document::Document;

/// The parts of the program, in the order in which they build on each other.
const PROGRAM: &str = concat!(
    "'use strict';\n{\n",
    include_str!("page/model.js"),
    include_str!("page/elements.js"),
    include_str!("page/search.js"),
    include_str!("page/tree.js"),
    include_str!("page/curves.js"),
    include_str!("page/details.js"),
    include_str!("page/findings.js"),
    include_str!("page/access.js"),
    include_str!("page/diagram.js"),
    include_str!("page/main.js"),
    "}\n",
);

const STYLE: &str = include_str!("page/map.css");

/// The tabs: what each is called in addresses, and for people.
const TABS: [(&str, &str); 4] = [
    ("map", "Map"),
    ("findings", "Findings"),
    ("access", "Access matrix"),
    ("diagram", "ER diagram"),
];

pub(super) fn page(title: &str, island: &str) -> String {
    let body = html! {
        a.skip href="#main" { "Skip to the content" }
        (head(title))
        (tools())
        noscript { p.notice { "This page draws itself: it needs JavaScript." } }
        main id="main" tabindex="-1" { (panels()) }
        p.visually-hidden id="status" role="status" aria-live="polite" {}
        (keys())
        script type="application/json" id="island" { (PreEscaped(island)) }
    };
    let title = format!("{title} · trave map");
    Document { title: &title, style: STYLE, script: PROGRAM }.around(&body)
}

fn head(title: &str) -> Markup {
    html! {
        header.bar {
            h1 { span.brand { "trave" } " " span.project { (title) } }
            div.tabs role="tablist" aria-label="Views" {
                @for (at, (id, name)) in TABS.into_iter().enumerate() {
                    button type="button" role="tab" id={ "tab-" (id) } data-view=(id)
                        aria-controls={ "view-" (id) } aria-selected=(at == 0)
                        tabindex=(if at == 0 { "0" } else { "-1" }) {
                        (name) span.count {}
                    }
                }
            }
            div.end {
                button.plain type="button" id="help" aria-haspopup="dialog" { "Keys" }
                button.plain type="button" id="theme" { "Theme" }
            }
        }
    }
}

fn tools() -> Markup {
    html! {
        section.tools aria-label="Search and filters" {
            div.search {
                label.visually-hidden for="search" { "Search ways in, queries, tables, findings" }
                input type="search" id="search" autocomplete="off" spellcheck="false"
                    placeholder="Search paths, tables, files, rules …";
                kbd aria-hidden="true" { "/" }
            }
            div.filters id="filters" role="group" aria-label="Filters" {}
            p.summary id="summary" {}
        }
    }
}

fn panels() -> Markup {
    html! {
        @for (at, (id, _)) in TABS.into_iter().enumerate() {
            section.view id={ "view-" (id) } role="tabpanel" aria-labelledby={ "tab-" (id) }
                hidden[at != 0] {}
        }
        aside.details id="details" aria-label="Details" hidden {}
    }
}

fn keys() -> Markup {
    let keys = [
        ("/", "search"),
        ("↑ ↓", "the row above, the row below"),
        ("← →", "close or open a group; to the column beside"),
        ("Enter", "show everything about a row"),
        ("Esc", "close what is open, then clear the search"),
        ("1 2 3 4", "the four views"),
        ("f", "only what has findings"),
        ("t", "light or dark"),
        ("?", "these keys"),
    ];
    html! {
        dialog id="keys" aria-labelledby="keys-title" {
            h2 id="keys-title" { "Keys" }
            dl {
                @for (key, what) in keys { div { dt { kbd { (key) } } dd { (what) } } }
            }
            form method="dialog" { button.plain { "Close" } }
        }
    }
}
