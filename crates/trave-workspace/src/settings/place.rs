//! Where a settings file stands, and what the paths in it mean in the analysed folder.

use std::path::{Path, PathBuf};

use trave_source::FileId;

use crate::path::is_within;

/// Where a settings file stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The file, as people see it.
    pub(super) shown: String,
    /// Its text.
    pub(super) text: String,
    /// The folder that it speaks for.
    pub(super) folder: PathBuf,
    /// The same, seen from the analysed folder.
    pub(super) anchor: Anchor,
    /// Its path in the analysed folder, if it lies there.
    pub(super) in_project: Option<String>,
    /// The file among the sources, if it is one of them.
    pub(super) source: Option<FileId>,
}

/// A folder as seen from the analysed one: what paths written in it mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// It lies in the analysed folder, or is it.
    Below(String),
    /// It lies above; the way from it down to the analysed folder.
    Above(String),
}

impl Default for Anchor {
    fn default() -> Self {
        Self::Below(String::new())
    }
}

impl Anchor {
    /// A folder as seen from another one; none where neither holds the other. Both are whole.
    pub(crate) fn between(folder: &Path, analysed: &Path) -> Option<Self> {
        let text = |path: &Path| {
            let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
            parts.map(|parts| parts.join("/"))
        };
        if let Ok(below) = folder.strip_prefix(analysed) {
            return text(below).map(Self::Below);
        }
        text(analysed.strip_prefix(folder).ok()?).map(Self::Above)
    }

    /// A path of the analysed folder as seen from here; none when it is not in here.
    pub(crate) fn local(&self, path: &str) -> Option<String> {
        match self {
            Self::Below(folder) if folder.is_empty() => Some(path.to_owned()),
            Self::Below(folder) if !is_within(path, folder) => None,
            Self::Below(folder) => {
                path.get(folder.len()..).map(|rest| rest.trim_start_matches('/').to_owned())
            }
            Self::Above(down) if path.is_empty() => Some(down.clone()),
            Self::Above(down) => Some(format!("{down}/{path}")),
        }
    }

    /// A path as seen from here in the analysed folder; none when it lies outside.
    pub(crate) fn global(&self, path: &str) -> Option<String> {
        let path = path.trim_start_matches("./").trim_matches('/');
        match self {
            Self::Below(folder) if folder.is_empty() => Some(path.to_owned()),
            Self::Below(folder) if path.is_empty() => Some(folder.clone()),
            Self::Below(folder) => Some(format!("{folder}/{path}")),
            Self::Above(down) if is_within(path, down) => {
                path.get(down.len()..).map(|rest| rest.trim_start_matches('/').to_owned())
            }
            Self::Above(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Anchor;

    #[test]
    fn paths_are_seen_from_the_folder_of_the_settings() {
        let anchor = |folder, root| Anchor::between(Path::new(folder), Path::new(root));
        let below = anchor("/p/apps/web", "/p").unwrap();
        assert_eq!(below.local("apps/web/src/a.ts").as_deref(), Some("src/a.ts"));
        assert_eq!(below.local("apps/website/a.ts"), None);
        assert_eq!(below.global("src").as_deref(), Some("apps/web/src"));
        let above = anchor("/p", "/p/apps/web").unwrap();
        assert_eq!(above.local("src/a.ts").as_deref(), Some("apps/web/src/a.ts"));
        assert_eq!(above.global("apps/web/src").as_deref(), Some("src"));
        assert_eq!(above.global("supabase"), None);
        assert_eq!(anchor("/p", "/p"), Some(Anchor::default()));
        assert_eq!(anchor("/p/a", "/p/b"), None);
    }
}
