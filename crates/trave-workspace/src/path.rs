//! Paths as text: relative to the analysed folder, `/` between the parts, no `.` or `..` in them.
//!
//! The disk is never asked.

/// The folder of a path; empty for the top.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A folder and every folder above it, the top (empty) last.
pub(crate) fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(folder);
    std::iter::from_fn(move || {
        let current = next?;
        next = (!current.is_empty()).then(|| parent(current));
        Some(current)
    })
}

/// Whether `path` is `folder` or lies in it.
pub(crate) fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `relative`, as seen from `folder`; none when it leaves the analysed folder.
pub(crate) fn join(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// How many parts the two folders have in common, from the top.
pub(crate) fn shared_depth(left: &str, right: &str) -> usize {
    let (left, right) = (left.split('/'), right.split('/'));
    left.zip(right).take_while(|(one, other)| !one.is_empty() && one == other).count()
}

#[cfg(test)]
mod tests {
    use super::{ancestors, is_within, join, shared_depth};

    #[test]
    fn paths_are_joined_without_leaving_the_folder() {
        assert_eq!(join("src/app", "./x").as_deref(), Some("src/app/x"));
        assert_eq!(join("src/app", "../lib/db.ts").as_deref(), Some("src/lib/db.ts"));
        assert_eq!(join("", "../x"), None);
        assert_eq!(join("src", "..").as_deref(), Some(""));
    }

    #[test]
    fn ancestors_end_at_the_top() {
        assert_eq!(ancestors("a/b").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(ancestors("").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn within_means_whole_parts() {
        assert!(is_within("apps/web/src", "apps/web"));
        assert!(!is_within("apps/website", "apps/web"));
        assert!(is_within("anything", ""));
        assert_eq!(shared_depth("apps/web/src", "apps/web/supabase"), 2);
        assert_eq!(shared_depth("", ""), 0);
    }
}
