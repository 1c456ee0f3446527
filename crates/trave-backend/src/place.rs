//! Places inside constant strings, and package names without their wrapping.

use trave_source::{Origin, Span};

/// Where a constant string stands, so that a part of its text can be pointed at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StringPlace {
    origin: Origin,
    /// The place is the literal itself and holds no escapes: offsets in the text are offsets in
    /// the file, one byte behind the quote.
    is_literal: bool,
}

impl StringPlace {
    /// The place of an expression whose value is `text`.
    pub(crate) fn new(origin: Origin, text: &str) -> Self {
        Self { origin, is_literal: origin.span.len() as usize == text.len() + 2 }
    }

    /// The place of bytes of the text, or of the whole expression where that cannot be told.
    pub(crate) fn part(self, start: usize, end: usize) -> Origin {
        if !self.is_literal {
            return self.origin;
        }
        let span = Span::new(start + 1, end + 1).shifted(self.origin.span.start);
        span.in_file(self.origin.file)
    }
}

/// A package as its library is known, without registry, version and file:
/// `npm:@supabase/supabase-js@2` and `https://esm.sh/@supabase/supabase-js@2.39.0?dts` are both
/// `@supabase/supabase-js`.
pub(crate) fn package_name(specifier: &str) -> String {
    let mut rest = specifier;
    for prefix in ["npm:", "jsr:", "https://esm.sh/", "https://deno.land/x/", "https://deno.land/"]
    {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    for prefix in
        ["https://cdn.jsdelivr.net/npm/", "https://unpkg.com/", "https://cdn.skypack.dev/"]
    {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    if rest.len() == specifier.len() {
        return specifier.to_owned();
    }
    let rest = rest.trim_start_matches('/').split(['?', '#']).next().unwrap_or_default();
    let parts = rest.split('/').enumerate().map(|(index, part)| {
        // A scope keeps its `@`; behind anything else `@` begins a version.
        match part.char_indices().skip(1).find(|(_, sign)| *sign == '@') {
            Some((at, _)) => part.get(..at).unwrap_or(part),
            None if index > 0 && part == "+esm" => "",
            None => part,
        }
    });
    let name: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let name = name.join("/");
    for file in ["/mod.ts", "/index.ts"] {
        if let Some(package) = name.strip_suffix(file).filter(|_| !name.starts_with("std/")) {
            return package.to_owned();
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use trave_source::FileId;

    #[test]
    fn packages_lose_registry_and_version() {
        for (specifier, name) in [
            ("@supabase/ssr", "@supabase/ssr"),
            ("npm:@supabase/supabase-js@2", "@supabase/supabase-js"),
            ("npm:@supabase/supabase-js@2.45.0/cors", "@supabase/supabase-js/cors"),
            ("jsr:@supabase/supabase-js@2", "@supabase/supabase-js"),
            ("https://esm.sh/@supabase/supabase-js@2.39.0?dts", "@supabase/supabase-js"),
            ("https://esm.sh/jose@4", "jose"),
            ("https://deno.land/x/jose@v4.9.1/index.ts", "jose"),
            ("https://deno.land/std@0.168.0/http/server.ts", "std/http/server.ts"),
            ("https://cdn.jsdelivr.net/npm/jose@5.0.0/+esm", "jose"),
            ("", ""),
            ("npm:", ""),
        ] {
            assert_eq!(package_name(specifier), name, "{specifier}");
        }
    }

    #[test]
    fn parts_of_a_literal_are_behind_its_quote() {
        let origin = Span::new(10, 16).in_file(FileId(0));
        assert_eq!(StringPlace::new(origin, "a, b").part(3, 4).span, Span::new(14, 15));
        assert_eq!(StringPlace::new(origin, "a, \nb").part(3, 4), origin);
    }
}
