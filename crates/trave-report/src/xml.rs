//! What every report in XML needs: a writer, and texts that XML can hold.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};

/// A writer of a document.
pub(crate) type Xml<'a> = Writer<&'a mut dyn Write>;

/// Begins a document.
pub(crate) fn document(out: &mut dyn Write) -> io::Result<Xml<'_>> {
    let mut xml = Writer::new_with_indent(out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    Ok(xml)
}

/// A text without the signs that XML cannot hold, not even escaped.
pub(crate) fn clean(text: &str) -> String {
    let is_allowed = |sign: char| {
        matches!(sign, '\t' | '\n' | '\r')
            || (sign >= ' ' && !matches!(sign, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().map(|sign| if is_allowed(sign) { sign } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn signs_that_xml_cannot_hold_are_replaced() {
        assert_eq!(clean("a\u{1}\u{fffe}\tb\u{1b}"), "a\u{fffd}\u{fffd}\tb\u{fffd}");
    }
}
