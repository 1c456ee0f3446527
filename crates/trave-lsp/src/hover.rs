//! What a table, a column or the name of a rule is, where the cursor rests.

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};
use trave_source::Span;

use crate::place::Here;
use crate::server::Server;
use crate::words::slice;
use crate::{describe, pages};

/// Answers `textDocument/hover`.
pub(crate) fn hover(server: &Server, params: &HoverParams) -> Option<Hover> {
    let here = server.here(&params.text_document_position_params)?;
    let (value, span) = rule(server, &here).or_else(|| object(&here))?;
    let uri = &params.text_document_position_params.text_document.uri;
    let document = server.documents.get(&crate::uri::to_path(uri)?)?;
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
        range: Some(document.lines(server.client.encoding).range(span)),
    })
}

fn object(here: &Here<'_>) -> Option<(String, Span)> {
    let named = here.named()?;
    let text = describe::object(here.view.model(), named.catalog, &named.entity)?;
    Some((text, named.span))
}

/// The page of a rule that a suppression names.
fn rule(server: &Server, here: &Here<'_>) -> Option<(String, Span)> {
    let span = rule_name_at(here.text, here.offset)?;
    let meta = crate::diagnostics::meta(slice(here.text, span), server.rules)?;
    Some((pages::markdown(meta), span))
}

/// The name of a rule under the cursor, on a line that speaks to trave or sets a level.
pub(crate) fn rule_name_at(text: &str, offset: u32) -> Option<Span> {
    let (before, after) = text.split_at_checked(offset as usize)?;
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || sign == '-' || sign == '/';
    let start = before.trim_end_matches(is_part).len();
    let end = text.len() - after.trim_start_matches(is_part).len();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(line_start..)?.split('\n').next()?;
    let name = text.get(start..end)?;
    let is_said = line.contains("trave-ignore") || line.trim_start().starts_with(['"', '\'', 'r']);
    (is_said && name.contains('/')).then(|| Span::new(start, end))
}

#[cfg(test)]
mod tests {
    use super::{rule_name_at, slice};

    #[test]
    fn the_name_of_a_rule_is_read_from_a_suppression() {
        let text = "a();\n// trave-ignore rls/x-y: because\n// not rls/x\n";
        let at = |what: &str| u32::try_from(text.find(what).unwrap()).unwrap();
        let span = rule_name_at(text, at("x-y")).unwrap();
        assert_eq!(slice(text, span), "rls/x-y");
        assert_eq!(rule_name_at(text, at("because")), None);
        assert_eq!(rule_name_at(text, at("rls/x\n")), None);
    }
}
