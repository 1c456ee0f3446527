//! The expansion of `#[rule]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{FnArg, ItemFn, Signature, Type};
use trave_page::{Example, Level, Page};

use crate::place::Place;

const FORM: &str = "a rule has the form `fn name(subject: &Subject, cx: &mut Context)`";

/// Whatever is wrong, the function itself stays, so that one mistake is one error.
pub(crate) fn expand(
    arguments: &TokenStream,
    function: &TokenStream,
    place: &Place,
) -> TokenStream {
    let Ok(parsed) = syn::parse2::<ItemFn>(function.clone()) else {
        let error = syn::Error::new(Span::call_site(), FORM).to_compile_error();
        return quote!(#error #function);
    };
    let name = &parsed.sig.ident;
    let added = definition(arguments, &parsed.sig, place).unwrap_or_else(|error| {
        let error = error.to_compile_error();
        quote! {
            #error
            pub(crate) static RULE: ::trave_rule::Rule = ::trave_rule::Rule::BROKEN;
            // Else the function would be called unused, on top of its own error.
            const _: () = { let _ = #name; };
        }
    });
    quote!(#parsed #added)
}

fn definition(
    arguments: &TokenStream,
    signature: &Signature,
    place: &Place,
) -> syn::Result<TokenStream> {
    let function = &signature.ident;
    let error = |message: String| syn::Error::new(function.span(), message);
    if !arguments.is_empty() {
        return Err(error(
            "`#[rule]` takes no arguments: everything stands on the page".to_owned(),
        ));
    }
    let subject = subject(signature).ok_or_else(|| error(FORM.to_owned()))?;
    if let Some(stem) = place.stem().filter(|stem| function != stem) {
        return Err(error(format!("name the rule `{stem}`, as its file is named")));
    }
    let name = function.to_string().replace('_', "-");
    let (family, text) = place.page(&name).map_err(error)?;
    let path = format!("rules/{family}/{name}.md");
    let page = Page::read(&path, &text).map_err(|problem| error(problem.to_string()))?;
    let meta = meta(&page, &format!("{family}/{name}"));
    let tests = tests(&page);
    Ok(quote! {
        pub(crate) static RULE: ::trave_rule::Rule = ::trave_rule::Rule {
            meta: #meta,
            check: |model, cx| {
                for subject in <#subject as ::trave_rule::Subject>::all(model) {
                    cx.enter(::trave_rule::Subject::place(subject));
                    #function(subject, cx);
                }
            },
        };
        #tests
    })
}

/// The type behind the first of two parameters.
fn subject(signature: &Signature) -> Option<&Type> {
    let mut inputs = signature.inputs.iter();
    let (Some(FnArg::Typed(subject)), Some(FnArg::Typed(_)), None) =
        (inputs.next(), inputs.next(), inputs.next())
    else {
        return None;
    };
    let Type::Reference(reference) = &*subject.ty else { return None };
    let plain = reference.mutability.is_none() && signature.asyncness.is_none();
    plain.then_some(&*reference.elem)
}

fn meta(page: &Page, id: &str) -> TokenStream {
    let Page { path, front, .. } = page;
    let trave_page::Front { summary, since, like, cwe, owasp, presets, .. } = front;
    let level = level(front.level);
    let relative = format!("/{path}");
    quote! {
        ::trave_rule::Meta {
            id: #id,
            summary: #summary,
            level: #level,
            since: #since,
            like: &[#(#like),*],
            cwe: &[#(#cwe),*],
            owasp: &[#(#owasp),*],
            presets: &[#(#presets),*],
            page: ::core::include_str!(
                ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #relative)
            ),
        }
    }
}

fn level(level: Level) -> TokenStream {
    match level {
        Level::Error => quote!(::trave_rule::Level::Error),
        Level::Warning => quote!(::trave_rule::Level::Warning),
        Level::Info => quote!(::trave_rule::Level::Info),
        Level::Off => quote!(::trave_rule::Level::Off),
    }
}

/// One test per example, named after its line, and one for the stored report.
fn tests(page: &Page) -> TokenStream {
    let examples = page.examples.iter().map(|example| {
        let name = test_name(example);
        let line = example.line;
        quote! {
            #[test]
            fn #name() {
                subject().example(#line);
            }
        }
    });
    quote! {
        #[cfg(test)]
        mod page {
            fn subject() -> ::trave_testing::PageTest {
                ::trave_testing::PageTest {
                    rule: &super::RULE,
                    rules: crate::RULES,
                    folder: ::core::env!("CARGO_MANIFEST_DIR"),
                }
            }

            #(#examples)*

            #[test]
            fn report() {
                subject().report();
            }
        }
    }
}

fn test_name(example: &Example) -> Ident {
    format_ident!("{}_line_{}", example.verdict.name(), example.line)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use quote::quote;
    use tempfile::TempDir;

    use super::expand;
    use crate::place::Place;

    const PAGE: &str = "---\nsummary: It is open.\nlevel: warning\nsince: 0.1.0\ncwe: 522\n---\n\n\
        # open-table\n\nIt leaks.\n\n## Bad\n\n```sql\nselect 1;\n```\n\n\
        ## Good\n\n```sql\nselect 2;\n```\n";

    fn crate_with(page: &str) -> (TempDir, Place) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("rules/rls")).unwrap();
        fs::write(folder.path().join("rules/rls/open-table.md"), page).unwrap();
        let file = Some(PathBuf::from("crates/x/src/rls/open_table.rs"));
        let place = Place { manifest: folder.path().to_owned(), file };
        (folder, place)
    }

    fn function() -> proc_macro2::TokenStream {
        quote!(
            fn open_table(table: &Table, cx: &mut Context) {}
        )
    }

    #[track_caller]
    fn check_error(place: &Place, function: &proc_macro2::TokenStream, message: &str) {
        let expanded = expand(&quote!(), function, place).to_string();
        assert!(expanded.contains(message), "{expanded}");
        assert!(expanded.contains("compile_error"), "{expanded}");
    }

    #[test]
    fn a_rule_gets_its_facts_and_tests() {
        let (_folder, place) = crate_with(PAGE);
        let expanded = expand(&quote!(), &function(), &place).to_string();
        for part in [
            "id : \"rls/open-table\"",
            "summary : \"It is open.\"",
            "Level :: Warning",
            "cwe : & [522u32]",
            "< Table as :: trave_rule :: Subject >",
            "fn bad_line_14 ()",
            "fn good_line_20 ()",
        ] {
            assert!(expanded.contains(part), "{part} in {expanded}");
        }
        assert!(!expanded.contains("compile_error"), "{expanded}");
    }

    #[test]
    fn a_missing_page_is_one_error_and_the_function_stays() {
        let (folder, place) = crate_with(PAGE);
        fs::remove_file(folder.path().join("rules/rls/open-table.md")).unwrap();
        check_error(&place, &function(), "rules/rls/open-table.md: write the page first");
        let expanded = expand(&quote!(), &function(), &place).to_string();
        assert!(expanded.contains("fn open_table (table : & Table"), "{expanded}");
        assert!(expanded.contains("Rule :: BROKEN"), "{expanded}");
    }

    #[test]
    fn a_broken_page_is_an_error_with_its_line() {
        let (_folder, place) = crate_with(&PAGE.replace("level: warning", "level: loud"));
        check_error(&place, &function(), "rules/rls/open-table.md:3: unknown level `loud`");
    }

    #[test]
    fn function_and_file_have_one_name() {
        let (_folder, place) = crate_with(PAGE);
        let function = quote!(
            fn closed_table(table: &Table, cx: &mut Context) {}
        );
        check_error(&place, &function, "name the rule `open_table`, as its file is named");
    }

    #[test]
    fn the_form_of_a_rule_is_checked() {
        let (_folder, place) = crate_with(PAGE);
        for function in [
            quote!(
                fn open_table(cx: &mut Context) {}
            ),
            quote!(
                fn open_table(table: Table, cx: &mut Context) {}
            ),
            quote!(
                static OPEN_TABLE: u8 = 1;
            ),
        ] {
            check_error(&place, &function, "a rule has the form");
        }
    }

    #[test]
    fn without_a_known_file_the_page_is_searched() {
        let (_folder, place) = crate_with(PAGE);
        let place = Place { file: None, ..place };
        let expanded = expand(&quote!(), &function(), &place).to_string();
        assert!(expanded.contains("rls/open-table"), "{expanded}");
    }
}
