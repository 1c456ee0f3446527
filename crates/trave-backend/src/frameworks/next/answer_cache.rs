//! When Next.js itself caches a whole answer.

use smol_str::{SmolStr, format_smolstr};
use trave_source::Origin;

use crate::entry::{Entry, EntryKind};

/// Caching of a whole answer.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerCache {
    /// What says so: `revalidate = 60`.
    pub by: SmolStr,
    /// Seconds; none for ever.
    pub seconds: Option<f64>,
    /// Where it is said.
    pub origin: Origin,
}

/// What decides about caching besides the file itself.
#[derive(Debug, Clone, Copy)]
pub struct Serving {
    /// The major version of the framework, as the project asks for it.
    pub major: Option<u32>,
    /// Whether the handler looks at the request, cookies or headers.
    pub reads_request: bool,
}

/// Whether the framework caches what this way in answers.
pub fn answer_cache(entry: &Entry, serving: Serving) -> Option<AnswerCache> {
    let config = &entry.config;
    let is_read =
        entry.method == "GET" && matches!(entry.kind, EntryKind::Http | EntryKind::Loader);
    if entry.framework != super::NAME || !is_read {
        return None;
    }
    if let Some((directive, origin)) = config.use_cache.as_ref().filter(|(name, _)| is_shared(name))
    {
        return Some(AnswerCache { by: directive.clone(), seconds: Some(900.0), origin: *origin });
    }
    match config.dynamic.as_ref().map(|(value, origin)| (value.as_str(), *origin)) {
        Some(("force-dynamic", _)) => return None,
        Some((value @ ("force-static" | "error"), origin)) => {
            let seconds = config.revalidate.as_ref().and_then(|(seconds, _)| *seconds);
            return Some(AnswerCache {
                by: format_smolstr!("dynamic = '{value}'"),
                seconds,
                origin,
            });
        }
        _ => {}
    }
    match config.revalidate {
        Some((Some(seconds), _)) if seconds <= 0.0 => None,
        Some((seconds, origin)) if !serving.reads_request => {
            let by = match seconds {
                Some(seconds) => format_smolstr!("revalidate = {seconds}"),
                None => SmolStr::new_static("revalidate = false"),
            };
            Some(AnswerCache { by, seconds, origin })
        }
        Some(_) => None,
        None => by_version(entry, serving),
    }
}

/// Up to version 14 a GET handler that looks at nothing of the request is made once, at build.
fn by_version(entry: &Entry, serving: Serving) -> Option<AnswerCache> {
    let is_old = serving.major.is_some_and(|major| major <= 14);
    let is_static = is_old && !serving.reads_request && !entry.config.has_other_methods;
    (is_static && entry.kind == EntryKind::Http).then(|| AnswerCache {
        by: SmolStr::new_static("next 14 and older make such handlers once, at build"),
        seconds: None,
        origin: entry.origin,
    })
}

fn is_shared(directive: &str) -> bool {
    directive == "use cache" || directive == "use cache: remote"
}
