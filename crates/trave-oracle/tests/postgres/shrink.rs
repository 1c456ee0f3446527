//! Makes a failing sequence as short as it can be, while it still fails in the same way.

/// Leaves out statements, then parts of statements, as long as `fails` holds.
pub(crate) fn shrink(
    statements: Vec<String>,
    mut fails: impl FnMut(&[String]) -> bool,
) -> Vec<String> {
    let mut best = statements;
    loop {
        let before = best.clone();
        for at in (0..best.len()).rev() {
            let mut fewer = best.clone();
            fewer.remove(at);
            if fails(&fewer) {
                best = fewer;
            }
        }
        for at in (0..best.len()).rev() {
            for shorter in shorter(&best[at]) {
                let mut other = best.clone();
                other[at] = shorter;
                if fails(&other) {
                    best = other;
                    break;
                }
            }
        }
        if best == before {
            return best;
        }
    }
}

/// A statement without one item of a list in it.
fn shorter(statement: &str) -> Vec<String> {
    let mut without = Vec::new();
    let commas: Vec<usize> = statement.match_indices(',').map(|(at, _)| at).collect();
    for (number, comma) in commas.iter().enumerate() {
        let end = commas.get(number + 1).copied();
        let end = end.or_else(|| statement.rfind(')')).filter(|end| end > comma);
        let end = end.unwrap_or(statement.len());
        without.push(format!("{}{}", &statement[..*comma], &statement[end..]));
        let start = statement[..*comma].rfind(['(', ',']).map_or(0, |at| at + 1);
        without.push(format!("{}{}", &statement[..start], &statement[comma + 1..]));
    }
    for word in [
        " not null",
        " unique",
        " primary key",
        " cascade",
        "if exists ",
        "if not exists ",
        "or replace ",
    ] {
        if statement.contains(word) {
            without.push(statement.replacen(word, "", 1));
        }
    }
    without
}
