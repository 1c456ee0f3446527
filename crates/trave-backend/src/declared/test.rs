//! What the tests of every reader need: some files as SQL.

use trave_source::FileId;
use trave_ts::ir::Module;

use super::{Linked, Source};

/// The SQL of some modules; each imports the others as `./name`.
#[track_caller]
pub(super) fn sql_of(read: Read, files: &[(&str, &str)]) -> Vec<String> {
    let made = sources_of(read, files).into_iter();
    let made = made.map(|source| source.declared.to_sql(&|_| false).text.to_string());
    let joined = |one: &str| one.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "");
    let text = made.collect::<String>();
    text.split(";\n").filter(|one| !one.is_empty()).map(joined).collect()
}

/// What code calls the tables: `User users: name -> column, posts => Post by author_id`.
#[track_caller]
pub(super) fn names_of(read: Read, files: &[(&str, &str)]) -> Vec<String> {
    let sources = sources_of(read, files).into_iter();
    let names = sources.flat_map(|source| source.declared.names).map(|named| {
        let columns =
            named.columns.iter().map(|(property, column)| format!("{property} -> {column}"));
        let relations = named.relations.iter().map(|(property, relation)| {
            let many = if relation.is_list { "many " } else { "" };
            let (own, theirs) = (relation.columns.join(" "), relation.target_columns.join(" "));
            format!("{property} => {many}{} {own} = {theirs}", relation.target)
        });
        let parts = columns.chain(relations).collect::<Vec<_>>().join(", ");
        let key = named.primary.join(" ");
        format!("{} {} by {key}: {parts}", named.code, named.table.name)
    });
    names.collect()
}

type Read = fn(&[Linked<'_>]) -> Vec<Source>;

#[track_caller]
fn sources_of(read: Read, files: &[(&str, &str)]) -> Vec<Source> {
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
    sources
}
