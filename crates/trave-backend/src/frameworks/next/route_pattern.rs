//! Paths with names in them: `/app/:team/:path*`.

use smol_str::SmolStr;

/// A path with names in it, part by part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RoutePattern {
    /// What stands before the path: `https://example.com`.
    origin: SmolStr,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// This text.
    Text(SmolStr),
    /// One part, only one of a certain kind when `narrow`.
    One { name: SmolStr, narrow: bool },
    /// All that is left, at least so many parts.
    Rest { name: SmolStr, min: usize },
    /// Something that is not read.
    Other,
}

/// What names of a pattern stand for.
pub(super) type Names = Vec<(SmolStr, Vec<String>)>;

/// How a pattern is compared with the address of a page whose parameters stand for any text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// A name that only some text fits may fit; written text does not.
    Strictly,
    /// A name that only some text fits does.
    Loosely,
    /// Written text fits too: there is a value of the parameter for which it does.
    ForSome,
}

/// Whether a pattern fits a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    No,
    Maybe,
    Yes(Names),
}

impl RoutePattern {
    pub(super) fn parse(text: &str) -> Self {
        let path_at = text.find("://").map_or(0, |at| {
            text.get(at + 3..).and_then(|rest| rest.find('/')).map_or(text.len(), |it| at + 3 + it)
        });
        let (origin, path) = text.split_at_checked(path_at).unwrap_or(("", text));
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let parts = path.split('/').filter(|part| !part.is_empty()).map(Part::parse);
        Self { origin: origin.into(), parts: parts.collect() }
    }

    /// The pattern that a page serves: `/app/[team]/[...path]`.
    pub(super) fn of_page(served: &str) -> Self {
        let parts = served.split('/').filter(|part| !part.is_empty()).map(Part::of_page);
        Self { origin: SmolStr::default(), parts: parts.collect() }
    }

    /// What its names stand for in a path.
    pub(super) fn captures(&self, path: &str, how: Reading) -> Found {
        let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (mut names, mut is_sure) = (Names::new(), self.origin.is_empty());
        let mut rest = path.as_slice();
        for part in &self.parts {
            if let Part::Rest { name, min } = part {
                let all: Vec<String> = rest.iter().map(|text| (*text).to_owned()).collect();
                if all.len() < *min {
                    return Found::No;
                }
                names.push((name.clone(), all));
                rest = &[];
                continue;
            }
            let Some((first, behind)) = rest.split_first() else { return Found::No };
            rest = behind;
            match part {
                Part::Text(text) if text == first => {}
                Part::Text(_) if how == Reading::ForSome && is_sample(first) => {}
                Part::Text(_) => return Found::No,
                Part::One { name, narrow } => {
                    is_sure &= !narrow || how != Reading::Strictly;
                    names.push((name.clone(), vec![(*first).to_owned()]));
                }
                Part::Rest { .. } | Part::Other => return Found::Maybe,
            }
        }
        match (rest.is_empty(), is_sure) {
            (false, _) => Found::No,
            (true, true) => Found::Yes(names),
            (true, false) => Found::Maybe,
        }
    }

    /// The path with its names filled in; none when one is not known.
    pub(super) fn filled(&self, names: &Names) -> Option<String> {
        let mut path = self.origin.to_string();
        for part in &self.parts {
            match part {
                Part::Text(text) => path = format!("{path}/{text}"),
                Part::One { name, .. } | Part::Rest { name, .. } => {
                    let (_, parts) = names.iter().find(|(known, _)| known == name)?;
                    for part in parts {
                        path = format!("{path}/{part}");
                    }
                }
                Part::Other => return None,
            }
        }
        Some(if path.is_empty() { "/".to_owned() } else { path })
    }
}

/// Whether a part of an address stands for any text: see [`super::sample_path`].
fn is_sample(part: &str) -> bool {
    part.len() > 2 && part.starts_with('-') && part.ends_with('-')
}

impl Part {
    fn parse(text: &str) -> Self {
        let Some(named) = text.strip_prefix(':') else {
            let is_plain = !text.contains([':', '(', ')', '*', '+', '{', '}', '\u{0}']);
            return if is_plain { Self::Text(text.into()) } else { Self::Other };
        };
        let end = named.find(|sign: char| !sign.is_alphanumeric() && sign != '_');
        let (name, rest) = named.split_at_checked(end.unwrap_or(named.len())).unwrap_or_default();
        let name = SmolStr::from(name);
        match rest {
            "" => Self::One { name, narrow: false },
            "*" => Self::Rest { name, min: 0 },
            "+" => Self::Rest { name, min: 1 },
            _ if rest.starts_with('(') && rest.ends_with(')') => Self::One { name, narrow: true },
            _ => Self::Other,
        }
    }

    fn of_page(part: &str) -> Self {
        let name = SmolStr::from(part.trim_matches(['[', ']', '.']));
        if part.starts_with("[[...") {
            Self::Rest { name, min: 0 }
        } else if part.starts_with("[...") {
            Self::Rest { name, min: 1 }
        } else if part.starts_with('[') {
            Self::One { name, narrow: false }
        } else {
            Self::Text(part.into())
        }
    }
}
