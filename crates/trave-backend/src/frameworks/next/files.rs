//! What a file of a Next.js application is, by its path alone.

/// What a file is, with the path that it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileRole {
    /// `app/**/route.ts`: exports named like methods.
    Route(String),
    /// `pages/api/**`: a default export.
    Api(String),
    /// `app/**/page.tsx`, `layout.tsx` and other files that render on the server.
    Page(String),
    /// `pages/**`: maybe with functions that read on the server.
    PageData(String),
    /// `middleware.ts`, `proxy.ts`.
    Middleware,
}

const EXTENSIONS: &[&str] = &["ts", "tsx", "js", "jsx", "mts", "mjs"];

const PAGE_FILES: &[&str] = &[
    "page",
    "layout",
    "template",
    "default",
    "sitemap",
    "robots",
    "opengraph-image",
    "twitter-image",
];

/// Folders that hold code of an application rather than an application.
const INNER_FOLDERS: &[&str] = &[
    "api",
    "app",
    "common",
    "components",
    "core",
    "functions",
    "helpers",
    "lib",
    "middleware",
    "middlewares",
    "pages",
    "server",
    "services",
    "shared",
    "supabase",
    "util",
    "utils",
];

/// What a file is; none when its path says nothing.
pub fn file_role(path: &str) -> Option<FileRole> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    // `[...slug].ts` has dots in its name.
    let split = if file.starts_with('[') { file.rsplit_once('.') } else { file.split_once('.') };
    let (stem, extension) = split?;
    if !EXTENSIONS.contains(&extension) {
        return None;
    }
    let folders: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    if matches!(stem, "middleware" | "proxy") {
        let inner = folders.iter().any(|name| INNER_FOLDERS.contains(name));
        return (!inner && folders.len() <= 3).then_some(FileRole::Middleware);
    }
    let is_route = stem == "route";
    if is_route || PAGE_FILES.contains(&stem) {
        let inside = below(&folders, "app")?;
        let served = served_path(inside)?;
        return Some(if is_route { FileRole::Route(served) } else { FileRole::Page(served) });
    }
    let inside = below(&folders, "pages")?;
    page_data(inside, stem)
}

/// The folder of the application that middleware stands before.
pub fn middleware_folder(path: &str) -> &str {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    if folder == "src" { "" } else { folder.strip_suffix("/src").unwrap_or(folder) }
}

/// The folder whose pages a layout wraps; none when the file is no layout.
pub fn layout_folder(path: &str) -> Option<&str> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let is_layout = file.split_once('.').is_some_and(|(stem, _)| stem == "layout");
    (is_layout && matches!(file_role(path), Some(FileRole::Page(_)))).then_some(folder)
}

/// The path that a page is served at; none when the file renders no page.
pub fn page_path(path: &str) -> Option<String> {
    match file_role(path)? {
        FileRole::Page(served) | FileRole::PageData(served) => Some(served),
        _ => None,
    }
}

/// The path that a file alone decides what is answered at: a page or a handler, no layout.
pub fn served(path: &str) -> Option<String> {
    let file = path.rsplit('/').next().unwrap_or(path);
    match file_role(path)? {
        FileRole::Page(served) => file.starts_with("page.").then_some(served),
        FileRole::PageData(served) | FileRole::Route(served) | FileRole::Api(served) => {
            Some(served)
        }
        FileRole::Middleware => None,
    }
}

fn page_data(inside: &[&str], stem: &str) -> Option<FileRole> {
    if stem.starts_with('_') {
        return None;
    }
    let mut parts = inside.to_vec();
    if stem != "index" {
        parts.push(stem);
    }
    let served = format!("/{}", parts.join("/"));
    let is_api = inside.first() == Some(&"api") || (inside.is_empty() && stem == "api");
    Some(if is_api { FileRole::Api(served) } else { FileRole::PageData(served) })
}

/// The folders below the application's own `app` or `pages` folder: the one in `src`, or else the
/// first that is no workspace member by that name (`apps/app/app/page.tsx`).
fn below<'a>(folders: &'a [&'a str], name: &str) -> Option<&'a [&'a str]> {
    let before = |index: usize| index.checked_sub(1).and_then(|index| folders.get(index).copied());
    let found: Vec<usize> = folders
        .iter()
        .enumerate()
        .filter(|(_, folder)| **folder == name)
        .map(|(index, _)| index)
        .collect();
    let in_source = found.iter().find(|index| before(**index) == Some("src"));
    let at = in_source.or_else(|| {
        found.iter().find(|index| !matches!(before(**index), Some("apps" | "packages")))
    })?;
    folders.get(at + 1..)
}

/// `[account]/(group)/@slot/jobs` serves `/[account]/jobs`; none inside a private folder.
fn served_path(folders: &[&str]) -> Option<String> {
    let mut served = String::new();
    for folder in folders {
        if folder.starts_with('_') {
            return None;
        }
        let is_group = folder.starts_with('(') && folder.ends_with(')');
        if is_group || folder.starts_with('@') {
            continue;
        }
        // `(..)photo` intercepts `photo`.
        let name = match folder.rsplit_once(')') {
            Some((dots, name)) if dots.starts_with("(.") => name,
            _ => folder,
        };
        served.push('/');
        served.push_str(name);
    }
    if served.is_empty() {
        served.push('/');
    }
    Some(served)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_what_a_file_is() {
        let route = |path: &str| Some(FileRole::Route(path.to_owned()));
        let page = |path: &str| Some(FileRole::Page(path.to_owned()));
        for (path, role) in [
            ("app/api/x/route.ts", route("/api/x")),
            ("src/app/api/x/[id]/route.ts", route("/api/x/[id]")),
            ("apps/web/src/app/api/x/route.ts", route("/api/x")),
            ("apps/app/src/app/api/x/route.ts", route("/api/x")),
            ("apps/app/app/api/x/route.ts", route("/api/x")),
            ("app/(marketing)/@modal/(.)photo/[...slug]/route.js", route("/photo/[...slug]")),
            ("app/route.ts", route("/")),
            ("app/home/_lib/route.ts", None),
            ("app/home/page.tsx", page("/home")),
            ("app/home/[account]/layout.tsx", page("/home/[account]")),
            ("app/home/page.test.tsx", None),
            ("pages/api/users/index.ts", Some(FileRole::Api("/api/users".into()))),
            ("src/pages/api/users/[id].ts", Some(FileRole::Api("/api/users/[id]".into()))),
            ("pages/posts/[id].tsx", Some(FileRole::PageData("/posts/[id]".into()))),
            ("pages/_app.tsx", None),
            (
                "pages/api/teams/[id]/[...name].ts",
                Some(FileRole::Api("/api/teams/[id]/[...name]".into())),
            ),
            ("middleware.ts", Some(FileRole::Middleware)),
            ("src/middleware.ts", Some(FileRole::Middleware)),
            ("apps/web/proxy.ts", Some(FileRole::Middleware)),
            ("src/lib/supabase/middleware.ts", None),
            ("server/middleware.ts", None),
            ("lib/route.ts", None),
            ("route", None),
            ("", None),
        ] {
            assert_eq!(file_role(path), role, "{path}");
        }
    }
}
