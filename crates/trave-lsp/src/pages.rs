//! Pages of rules, for those who read them in an editor.

use trave_engine::rule::Meta;

/// The page as Markdown, its facts in words.
pub(crate) fn markdown(meta: &Meta) -> String {
    let body = meta.page.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let body = body.map_or(meta.page, |(_, body)| body).trim();
    // The heading repeats the name.
    let body = body.strip_prefix("# ").and_then(|rest| rest.split_once('\n'));
    let body = body.map_or("", |(_, body)| body.trim());
    let link = meta.url().map(|url| format!(" · [page]({url})")).unwrap_or_default();
    let head = format!("**{}** · {} · since {}{link}", meta.id, meta.level, meta.since);
    format!("{head}\n\n{}\n\n{body}", meta.summary).trim_end().to_owned()
}

/// The first paragraph of the page, which says what breaks; the summary where there is none.
pub(crate) fn gist(meta: &Meta) -> String {
    let page = markdown(meta);
    let paragraphs = page.split("\n\n").skip(1);
    let text: Vec<&str> = paragraphs.take_while(|it| !it.starts_with('#')).collect();
    text.join("\n")
}
