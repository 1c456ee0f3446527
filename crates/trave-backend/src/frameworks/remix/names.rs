//! From the name of a route module to the path that it serves.

use crate::frameworks::syntax::{Located, path_of};

/// The path of a route module; none when the file is none by its place.
///
/// Three conventions share the folder: flat names (`users.$id.tsx`), nested folders
/// (`users/$id.tsx`), and both at once (`users+/$id.tsx`).
pub(super) fn served(path: &str) -> Option<String> {
    let file = Located::new(path)?;
    let folders = file.below("routes", &["app", "src", ""])?;
    let is_aside = file.name.ends_with(".server")
        || file.name.ends_with(".client")
        || file.name.starts_with("__") && folders.iter().any(|folder| folder.ends_with('+'));
    if is_aside {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    for folder in folders {
        parts.extend(segments(folder.strip_suffix('+').unwrap_or(folder)));
    }
    // `users.$id/route.tsx` is the module of its folder.
    if !matches!(file.name, "route" | "_route" | "_layout" | "layout") {
        parts.extend(segments(file.name));
    }
    let shown: Vec<String> = parts.iter().filter_map(|part| shown(part)).collect();
    Some(path_of(shown.iter().map(String::as_str)))
}

/// `users.$id` in two; what stands in brackets is text.
fn segments(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut in_brackets = false;
    for sign in name.chars() {
        in_brackets = match sign {
            '[' => true,
            ']' => false,
            _ => in_brackets,
        };
        match (sign, parts.last_mut()) {
            ('.', _) if !in_brackets => parts.push(String::new()),
            (_, Some(part)) => part.push(sign),
            _ => {}
        }
    }
    parts
}

/// How a segment shows in the path: `$id` as `:id`, `_auth` and `index` not at all.
fn shown(segment: &str) -> Option<String> {
    if segment.starts_with('_') || matches!(segment, "index" | "route") {
        return None;
    }
    let (segment, optional) =
        match segment.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(inner) => (inner, "?"),
            None => (segment, ""),
        };
    let segment = segment.strip_suffix('_').unwrap_or(segment);
    let plain = segment.replace(['[', ']'], "");
    Some(match segment.strip_prefix('$') {
        Some("") => "*".to_owned(),
        Some(name) => format!(":{name}{optional}"),
        None => format!("{plain}{optional}"),
    })
}

#[cfg(test)]
mod tests {
    use super::served;

    #[test]
    fn names_of_route_modules_are_paths() {
        for (path, expected) in [
            ("app/routes/_index.tsx", Some("/")),
            ("app/routes/notes.$id.edit.tsx", Some("/notes/:id/edit")),
            ("app/routes/_auth.login.tsx", Some("/login")),
            ("app/routes/files.$.ts", Some("/files/*")),
            ("app/routes/($lang).about.tsx", Some("/($lang)/about")),
            ("app/routes/sitemap[.]xml.ts", Some("/sitemap.xml")),
            ("app/routes/concerts_.mine.tsx", Some("/concerts/mine")),
            ("app/routes/notes.$id/route.tsx", Some("/notes/:id")),
            ("app/routes/notes/$id.tsx", Some("/notes/:id")),
            ("app/routes/users+/$username_+/notes.tsx", Some("/users/:username/notes")),
            ("apps/web/app/routes/_authenticated+/t.$teamUrl+/_layout.tsx", Some("/t/:teamUrl")),
            ("app/routes/users+/__editor.tsx", None),
            ("app/routes/users+/editor.server.tsx", None),
            ("app/models/note.ts", None),
        ] {
            let expected = expected.map(|path| path.replace("($lang)", ":lang?"));
            assert_eq!(served(path), expected, "{path}");
        }
    }
}
