//! The patterns of `schema_paths`: `./schemas/*.sql`, `schemas/**/*.sql`.

/// Whether a path fits a pattern of `*`, `**` and `?`.
pub(super) fn fits(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    fits_bytes(pattern.as_bytes(), path.as_bytes(), DEPTH_MAX)
}

/// Each `*` may branch; patterns with more stars than this fit nothing.
const DEPTH_MAX: u32 = 24;

fn fits_bytes(pattern: &[u8], path: &[u8], depth: u32) -> bool {
    if depth == 0 {
        return false;
    }
    match pattern {
        [] => path.is_empty(),
        [b'*', b'*', b'/', rest @ ..] => {
            let after_slash =
                |at: usize| at == 0 || path.get(at - 1).is_some_and(|byte| *byte == b'/');
            (0..=path.len())
                .filter(|at| after_slash(*at))
                .any(|at| fits_bytes(rest, path.get(at..).unwrap_or_default(), depth - 1))
        }
        [b'*', b'*', rest @ ..] => (0..=path.len())
            .any(|at| fits_bytes(rest, path.get(at..).unwrap_or_default(), depth - 1)),
        [b'*', rest @ ..] => {
            let end = path.iter().position(|byte| *byte == b'/').unwrap_or(path.len());
            (0..=end).any(|at| fits_bytes(rest, path.get(at..).unwrap_or_default(), depth - 1))
        }
        [b'?', rest @ ..] => match path {
            [byte, more @ ..] if *byte != b'/' => fits_bytes(rest, more, depth),
            _ => false,
        },
        [byte, rest @ ..] => match path {
            [first, more @ ..] if first == byte => fits_bytes(rest, more, depth),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_stay_in_their_folder_and_double_stars_do_not() {
        assert!(fits("./schemas/*.sql", "schemas/01_users.sql"));
        assert!(!fits("schemas/*.sql", "schemas/a/b.sql"));
        assert!(fits("schemas/**/*.sql", "schemas/a/b.sql"));
        assert!(fits("schemas/**/*.sql", "schemas/b.sql"));
        assert!(!fits("schemas/a.sql", "schemas/b.sql"));
    }
}
