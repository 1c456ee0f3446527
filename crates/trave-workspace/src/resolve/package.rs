//! Packages of the workspace: names, `exports`, `imports`, `main` and their kin.

use serde_json::Value;

use super::json;
use super::tsconfig::Pattern;
use crate::path::join;

/// How deep conditions and lists in `exports` are followed.
const DEPTH_MAX: usize = 12;

/// Conditions that code on a server never meets: tried last.
const BROWSER_CONDITIONS: [&str; 3] = ["browser", "react-native", "worker"];

/// Folders of build output, which a checkout lacks: the source is tried in their place.
const OUTPUT_FOLDERS: [&str; 5] = ["dist", "build", "lib", "out", "esm"];

/// What `package.json` says about imports and dependencies.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// Its folder.
    pub(crate) folder: String,
    /// Its name, if it has one.
    pub(crate) name: Option<String>,
    /// Every dependency with its version range.
    pub(crate) dependencies: Vec<(String, String)>,
    exports: Option<Value>,
    imports: Option<Value>,
    entries: Vec<String>,
}

impl Package {
    /// Reads a parsed `package.json`.
    pub(crate) fn new(folder: &str, file: &Value) -> Self {
        let entry = |field| json::text(file, field).map(str::to_owned);
        let dependencies = ["dependencies", "devDependencies", "peerDependencies"]
            .iter()
            .flat_map(|field| json::texts(file.get(field)))
            .map(|(name, range)| (name.to_owned(), range.to_owned()))
            .collect();
        Self {
            folder: folder.to_owned(),
            name: entry("name"),
            dependencies,
            exports: file.get("exports").cloned(),
            imports: file.get("imports").cloned(),
            entries: ["source", "module", "main", "types"].into_iter().filter_map(entry).collect(),
        }
    }

    /// Paths to try for `name` or `name/sub` (with `sub` empty or beginning with `/`), best first.
    pub(crate) fn candidates(&self, sub: &str) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(exports) = &self.exports {
            found = targets(exports, &format!(".{sub}"));
        }
        if sub.is_empty() {
            found.extend(self.entries.iter().cloned());
            found.extend(["./src/index".to_owned(), "./index".to_owned()]);
        } else {
            found.extend([format!(".{sub}"), format!("./src{sub}")]);
        }
        self.placed(found)
    }

    /// Paths to try for `#name`, best first.
    pub(crate) fn private_candidates(&self, name: &str) -> Vec<String> {
        let found = self.imports.as_ref().map(|imports| targets(imports, name));
        self.placed(found.unwrap_or_default())
    }

    fn placed(&self, targets: Vec<String>) -> Vec<String> {
        let with_source = targets.into_iter().flat_map(|target| {
            let source = source_of(&target);
            std::iter::once(target).chain(source)
        });
        with_source.filter_map(|target| join(&self.folder, &target)).collect()
    }
}

/// `./dist/x.js` is built from `./src/x.ts`.
fn source_of(target: &str) -> Option<String> {
    let (first, rest) = target.trim_start_matches("./").split_once('/')?;
    OUTPUT_FOLDERS.contains(&first).then(|| format!("./src/{rest}"))
}

/// Every target of `exports` or `imports` that `key` may mean.
fn targets(map: &Value, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    let by_path = map
        .as_object()
        .filter(|fields| fields.keys().next().is_some_and(|name| name.starts_with(['.', '#'])));
    let Some(fields) = by_path else {
        if key == "." {
            collect(map, "", DEPTH_MAX, &mut found);
        }
        return found;
    };
    let mut matching: Vec<(Pattern, &Value, &str)> = fields
        .iter()
        .filter_map(|(name, value)| {
            let pattern = Pattern::new(name);
            let star = pattern.matched(key)?;
            Some((pattern, value, star))
        })
        .collect();
    matching.sort_by_key(|(pattern, ..)| pattern.rank());
    for (_, value, star) in matching {
        collect(value, star, DEPTH_MAX, &mut found);
    }
    found
}

/// Targets under any condition, those for browsers last; the star filled in.
fn collect(value: &Value, star: &str, left: usize, found: &mut Vec<String>) {
    if left == 0 {
        return;
    }
    match value {
        Value::String(target) => found.push(target.replace('*', star)),
        Value::Array(values) => {
            for value in values {
                collect(value, star, left - 1, found);
            }
        }
        Value::Object(conditions) => {
            let for_browser = |name: &str| BROWSER_CONDITIONS.contains(&name);
            let (last, first): (Vec<_>, Vec<_>) =
                conditions.iter().partition(|(name, _)| for_browser(name));
            for (_, value) in first.into_iter().chain(last) {
                collect(value, star, left - 1, found);
            }
        }
        _ => {}
    }
}
