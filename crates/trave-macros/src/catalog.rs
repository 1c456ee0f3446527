//! The expansion of `catalog!`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Token;
use syn::parse::Parser;
use syn::punctuated::Punctuated;

use crate::place::Place;

pub(crate) fn expand(families: TokenStream, place: &Place) -> TokenStream {
    let parser = Punctuated::<Ident, Token![,]>::parse_terminated;
    let families: Vec<Ident> = match parser.parse2(families) {
        Ok(families) => families.into_iter().collect(),
        Err(error) => return error.to_compile_error(),
    };
    let mut rules = Vec::new();
    let mut modules = TokenStream::new();
    let mut errors = unlisted(&families, place);
    for family in &families {
        let stems = place.stems(&format!("src/{family}"), "rs");
        errors.extend(pages_without_rule(family, &stems, place));
        let names: Vec<Ident> = stems.iter().map(|stem| format_ident!("{stem}")).collect();
        modules.extend(quote!(mod #family { #(pub(crate) mod #names;)* }));
        rules.extend(names.into_iter().map(|name| (format!("{family}/{name}"), family, name)));
    }
    rules.sort_by_key(|(id, ..)| id.replace('_', "-"));
    let rules = rules.iter().map(|(_, family, name)| quote!(&#family::#name::RULE));
    let errors = errors.iter().map(syn::Error::to_compile_error);
    quote! {
        #modules
        /// Every rule, sorted by its id.
        pub static RULES: &[&::trave_rule::Rule] = &[#(#rules),*];
        #(#errors)*
    }
}

fn pages_without_rule(family: &Ident, stems: &[String], place: &Place) -> Vec<syn::Error> {
    let pages = place.stems(&format!("rules/{family}"), "md").into_iter();
    let lonely = pages.filter(|page| !stems.contains(&page.replace('-', "_")));
    let error = |page: String| {
        let file = page.replace('-', "_");
        let message = format!(
            "rules/{family}/{page}.md has no rule: add src/{family}/{file}.rs, or delete the page"
        );
        syn::Error::new(family.span(), message)
    };
    lonely.map(error).collect()
}

fn unlisted(families: &[Ident], place: &Place) -> Vec<syn::Error> {
    let is_listed = |name: &String| families.iter().any(|family| family == name);
    let names = place.page_families().into_iter().filter(|name| !is_listed(name));
    let error = |name: String| {
        let message = format!("rules/{name} has pages: name `{name}` in `catalog!` too");
        syn::Error::new(Span::call_site(), message)
    };
    names.map(error).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use quote::quote;
    use tempfile::TempDir;

    use super::expand;
    use crate::place::Place;

    fn crate_with(files: &[&str]) -> (TempDir, Place) {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let place = Place { manifest: folder.path().to_owned(), file: None };
        (folder, place)
    }

    #[test]
    fn modules_are_plain_and_rules_sorted_by_id() {
        let (_folder, place) = crate_with(&[
            "src/rls/b_rule.rs",
            "src/rls/a.rs",
            "src/index/z.rs",
            "rules/rls/a.md",
            "rules/rls/b-rule.md",
            "rules/index/z.md",
        ]);
        let expanded = expand(quote!(rls, index,), &place).to_string();
        let expected = quote! {
            mod rls { pub(crate) mod a; pub(crate) mod b_rule; }
            mod index { pub(crate) mod z; }
            /// Every rule, sorted by its id.
            pub static RULES: &[&::trave_rule::Rule] =
                &[&index::z::RULE, &rls::a::RULE, &rls::b_rule::RULE];
        };
        assert_eq!(expanded, expected.to_string());
    }

    #[test]
    fn a_page_without_a_rule_is_an_error() {
        let (_folder, place) = crate_with(&["rules/rls/old-thing.md", "rules/jwt/x.md"]);
        let expanded = expand(quote!(rls), &place).to_string();
        for message in [
            "rules/rls/old-thing.md has no rule: add src/rls/old_thing.rs, or delete the page",
            "rules/jwt has pages: name `jwt` in `catalog!` too",
        ] {
            assert!(expanded.contains(message), "{expanded}");
        }
    }
}
