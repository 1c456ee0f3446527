//! `trave diff`: what changed in the schema since a git reference.

use std::io::Write;

use trave_catalog::{Catalog, Class, compare};
use trave_report::{Changes, Side};
use trave_workspace::Depth;

use super::Ending;
use super::roots::{Asked, open};
use crate::cli::{Common, Diff, FailOnChange, ListFormat};
use crate::output::{color, stdout};
use crate::project::{Request, read_at};
use crate::target::target;

/// Runs the command.
pub(crate) fn run(arguments: &Diff, common: &Common) -> anyhow::Result<Ending> {
    let asked = Asked { path: &arguments.path, root: arguments.root.as_deref() };
    let (now, at) = open(&asked, common)?;
    let root = now.migrations.get(at).map(|root| root.folder.clone()).unwrap_or_default();
    let request = Request { path: &now.root, root: asked.root, depth: Depth::Catalog, since: None };
    let was = read_at(request, &arguments.reference, common)?;
    let nothing = Catalog::default();
    let before = was.model.catalogs.iter().find(|catalog| catalog.root == root);
    let after = now.model.catalogs.get(at);
    let differences =
        compare(before.map_or(&nothing, |it| &**it), after.map_or(&nothing, |it| &**it));
    let prefix = target(std::slice::from_ref(&now.root))?.prefix;
    let changes = Changes {
        differences: &differences,
        reference: &arguments.reference,
        before: Side { sources: &was.model.sources, prefix: &prefix },
        after: Side { sources: &now.model.sources, prefix: &prefix },
        color: color(common.color),
    };
    let mut out = stdout();
    match arguments.format {
        ListFormat::Table => trave_report::changes_text(&mut out, &changes)?,
        ListFormat::Json => trave_report::changes_json(&mut out, &changes)?,
    }
    out.flush()?;
    let least = match arguments.fail_on {
        FailOnChange::Dangerous => Class::Dangerous,
        FailOnChange::Review => Class::Review,
        FailOnChange::Never => return Ok(Ending::Clean),
    };
    let fails = differences.iter().any(|difference| difference.class >= least);
    Ok(if fails { Ending::Found } else { Ending::Clean })
}
