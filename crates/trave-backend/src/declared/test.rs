//! What the tests of every reader need: some files as SQL.

use trave_source::FileId;
use trave_ts::ir::Module;

use super::{Linked, Source};

/// The SQL of some modules; each imports the others as `./name`.
#[track_caller]
pub(super) fn sql_of(
    read: fn(&[Linked<'_>]) -> Vec<Source>,
    files: &[(&str, &str)],
) -> Vec<String> {
    let modules: Vec<Module> =
        files.iter().map(|(path, text)| trave_ts::parse(FileId(0), path, text)).collect();
    let names: Vec<String> =
        files.iter().map(|(path, _)| format!("./{}", path.trim_end_matches(".ts"))).collect();
    let linked = (0..).zip(&modules).zip(files).map(|((id, module), (path, text))| Linked {
        module,
        file: FileId(id),
        path,
        text,
        package: "",
        is_test: false,
        imports: names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect(),
    });
    let linked: Vec<Linked<'_>> = linked.collect();
    let sources = read(&linked);
    assert!(sources.len() < 2, "one schema");
    let made = sources.iter().map(|source| source.declared.to_sql(&|_| false).text.to_string());
    let joined = |one: &str| one.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "");
    let text = made.collect::<String>();
    text.split(";\n").filter(|one| !one.is_empty()).map(joined).collect()
}
