//! For which paths middleware runs: `export const config = { matcher: … }`.

use smol_str::SmolStr;
use trave_ts::ir::{ExprId, ExprKind, Module, Property};

use crate::entry::Matcher;
use crate::frameworks::syntax::exported_constant;

/// How many characters of pattern and path together are tried.
const TRIES_MAX: u32 = 20_000;

/// What a module says.
pub(super) fn matcher(module: &Module) -> Matcher {
    match exported_constant(module, "config") {
        None => Matcher::Every,
        Some((ExprKind::Object(properties), _)) => match field(properties, "matcher") {
            None => Matcher::Every,
            Some(value) => patterns(module, value).map_or(Matcher::Unknown, Matcher::Some),
        },
        Some(_) => Matcher::Unknown,
    }
}

fn field(properties: &[Property], name: &str) -> Option<ExprId> {
    properties.iter().find_map(|property| match property {
        Property::Field { key, value, .. } if key == name => Some(*value),
        _ => None,
    })
}

fn patterns(module: &Module, value: ExprId) -> Option<Vec<SmolStr>> {
    match &module.expr(value)?.kind {
        ExprKind::String(text) => Some(vec![text.clone()]),
        ExprKind::Array(items) => {
            let all = items.iter().map(|item| patterns(module, item.value));
            Some(all.collect::<Option<Vec<_>>>()?.concat())
        }
        ExprKind::Typed { value, .. } => patterns(module, *value),
        // Conditions on headers and cookies (`has`, `missing`) may leave requests out.
        ExprKind::Object(properties) if field(properties, "has").is_none() => {
            let source = field(properties, "source")?;
            patterns(module, source).filter(|_| field(properties, "missing").is_none())
        }
        _ => None,
    }
}

/// Whether middleware runs for a path; none when that cannot be told.
pub fn covers(matcher: &Matcher, path: &str) -> Option<bool> {
    let patterns = match matcher {
        Matcher::Every => return Some(true),
        Matcher::Unknown => return None,
        Matcher::Some(patterns) => patterns,
    };
    let answers = patterns.iter().map(|pattern| matches(pattern, path));
    any(answers)
}

fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let answers: Vec<Option<bool>> = answers.collect();
    if answers.contains(&Some(true)) {
        return Some(true);
    }
    (!answers.contains(&None)).then_some(false)
}

/// A piece of a pattern.
#[derive(Debug)]
enum Piece<'a> {
    /// This sign.
    Sign(char),
    /// Anything, also with slashes.
    Any,
    /// Nothing, if none of these follows.
    Not(&'a str),
    /// `/:name` with what says how often.
    Segments(Option<char>),
    /// One of these words.
    Word(Vec<&'a str>),
    /// Something else.
    Other,
}

fn matches(pattern: &str, path: &str) -> Option<bool> {
    let mut pieces = Vec::new();
    parse(pattern, &mut pieces);
    let mut tries = 0;
    follow(&pieces, path, &mut tries)
}

fn parse<'a>(pattern: &'a str, pieces: &mut Vec<Piece<'a>>) {
    let mut rest = pattern;
    while let Some(sign) = rest.chars().next() {
        if let Some(named) = rest.strip_prefix("/:") {
            rest = named.trim_start_matches(|sign: char| sign.is_alphanumeric() || sign == '_');
            if let Some((_, behind)) = group(rest) {
                pieces.extend([Piece::Sign('/'), Piece::Other]);
                rest = behind;
            } else {
                let often = rest.chars().next().filter(|sign| "*+?".contains(*sign));
                pieces.push(Piece::Segments(often));
                rest = rest.get(often.map_or(0, char::len_utf8)..).unwrap_or_default();
            }
        } else if let Some((inside, behind)) = group(rest) {
            let optional = behind.starts_with(['*', '+', '?']);
            parse_group(inside, pieces);
            if optional {
                pieces.push(Piece::Other);
            }
            rest = behind;
        } else {
            let is_plain = !"*+?:{}[]\\|)".contains(sign);
            pieces.push(if is_plain { Piece::Sign(sign) } else { Piece::Other });
            rest = rest.get(sign.len_utf8()..).unwrap_or_default();
        }
    }
}

fn parse_group<'a>(inside: &'a str, pieces: &mut Vec<Piece<'a>>) {
    if matches!(inside, ".*" | ".+") {
        pieces.push(Piece::Any);
    } else if let (true, Some((ahead, ".*" | ".+"))) = (inside.starts_with("(?!"), group(inside)) {
        pieces.push(Piece::Not(ahead.strip_prefix("?!").unwrap_or(ahead)));
        pieces.push(Piece::Any);
    } else if inside.chars().all(|sign| sign.is_alphanumeric() || "|-_".contains(sign)) {
        pieces.push(Piece::Word(inside.split('|').collect()));
    } else {
        pieces.push(Piece::Other);
    }
}

/// What stands in the parentheses at the start, and behind them.
fn group(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('(')?;
    let mut depth = 1;
    for (at, sign) in inner.char_indices() {
        match sign {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((inner.get(..at)?, inner.get(at + 1..)?));
        }
    }
    None
}

fn follow(pieces: &[Piece<'_>], path: &str, tries: &mut u32) -> Option<bool> {
    *tries += 1;
    if *tries > TRIES_MAX {
        return None;
    }
    let Some((piece, then)) = pieces.split_first() else { return Some(path.is_empty()) };
    match piece {
        Piece::Sign(sign) => match path.strip_prefix(*sign) {
            Some(rest) => follow(then, rest, tries),
            None => Some(false),
        },
        Piece::Any => any_end(path).map(|rest| follow(then, rest, tries)).fold(Some(false), or),
        Piece::Not(alternatives) => match any(split(alternatives).map(|it| begins(it, path))) {
            Some(true) => Some(false),
            Some(false) => follow(then, path, tries),
            None => follow(then, path, tries).filter(|holds| !holds),
        },
        Piece::Segments(often) => segments(*often, path)
            .into_iter()
            .map(|rest| follow(then, rest, tries))
            .fold(Some(false), or),
        Piece::Word(words) => {
            let rests = words.iter().filter_map(|word| path.strip_prefix(word));
            rests.map(|rest| follow(then, rest, tries)).fold(Some(false), or)
        }
        Piece::Other => None,
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    any([left, right].into_iter())
}

fn any_end(path: &str) -> impl Iterator<Item = &str> {
    (0..=path.len()).rev().filter_map(|at| path.get(at..))
}

/// What is left behind as many segments as may be there.
fn segments(often: Option<char>, path: &str) -> Vec<&str> {
    let mut rests = Vec::new();
    if matches!(often, Some('*' | '?')) {
        rests.push(path);
    }
    let mut rest = path;
    while let Some(inside) = rest.strip_prefix('/').filter(|inside| !inside.is_empty()) {
        let end = inside.find('/').unwrap_or(inside.len());
        rest = inside.get(end..).unwrap_or_default();
        rests.push(rest);
        if !matches!(often, Some('*' | '+')) {
            break;
        }
    }
    rests
}

/// The alternatives of an expression, groups left whole.
fn split(alternatives: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    alternatives.split(move |sign: char| {
        match sign {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        sign == '|' && depth == 0
    })
}

/// Whether a path begins as an alternative of a look-ahead says.
fn begins(alternative: &str, path: &str) -> Option<bool> {
    if let Some(behind) = alternative.strip_prefix(".*") {
        // `.*\.png$`: files.
        let needs_dot = behind.starts_with("\\.");
        return if needs_dot && !path.contains('.') { Some(false) } else { None };
    }
    let special = |sign: char| "\\*+?()[]{}|$^".contains(sign);
    let end = alternative.find(special).unwrap_or(alternative.len());
    let (literal, rest) = alternative.split_at(end);
    let starts = path.starts_with(literal.trim_end_matches('.'));
    match rest {
        // `api/*` and `api.*`.
        "*" => Some(path.starts_with(literal.trim_end_matches(['/', '.']))),
        "" => Some(path.starts_with(literal)),
        "$" => Some(path == literal),
        _ if !starts => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_say_which_paths_they_cover() {
        let usual = "/((?!_next/static|_next/image|favicon.ico|.*\\.(?:svg|png|jpg)$).*)";
        let no_api = "/((?!api|_next/static|favicon.ico|.*\\..*).*)";
        let slashed = "/((?!_next/static|images|api/*).*)";
        for (pattern, path, covered) in [
            ("/admin/:path*", "/admin", Some(true)),
            ("/admin/:path*", "/admin/users/1", Some(true)),
            ("/admin/:path*", "/administer", Some(false)),
            ("/admin/:path+", "/admin", Some(false)),
            ("/notes/:id", "/notes/1", Some(true)),
            ("/notes/:id", "/notes/1/edit", Some(false)),
            ("/dashboard", "/dashboard", Some(true)),
            ("/dashboard", "/dashboard/x", Some(false)),
            ("/(api|trpc)(.*)", "/api/x", Some(true)),
            ("/(api|trpc)(.*)", "/about", Some(false)),
            ("/admin(.*)", "/admin/users", Some(true)),
            (usual, "/api/x", Some(true)),
            (usual, "/", Some(true)),
            (usual, "/_next/static/x", Some(false)),
            (no_api, "/api/x", Some(false)),
            (no_api, "/settings", Some(true)),
            (slashed, "/api/x", Some(false)),
            (slashed, "/home", Some(true)),
            ("/:id(\\d+)", "/12", None),
        ] {
            assert_eq!(matches(pattern, path), covered, "{pattern} {path}");
        }
    }
}
