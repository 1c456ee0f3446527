//! The names that MikroORM makes up.

use smol_str::SmolStr;

/// `createdAt` to `created_at`, `UserAPIKey` to `user_apikey`.
pub(super) fn underscore(name: &str) -> SmolStr {
    let mut out = String::new();
    let mut before = ' ';
    for letter in name.chars() {
        if before.is_ascii_lowercase() && letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
        before = letter;
    }
    out.into()
}

/// The name of what stands on columns: `index`, `unique`, `foreign`, `check`.
pub(super) fn constraint(table: &str, columns: &[SmolStr], kind: &str) -> SmolStr {
    let mut parts = vec![table];
    parts.extend(columns.iter().map(SmolStr::as_str));
    parts.push(kind);
    let name = parts.join("_");
    // A longer name is cut and hashed: PostgreSQL would cut it too.
    crate::declared::name::cut(&name, crate::declared::name::BYTES_MAX).into()
}

#[cfg(test)]
mod tests {
    use super::{constraint, underscore};

    #[test]
    fn names_are_those_of_mikro_orm() {
        assert_eq!(underscore("UserPassport"), "user_passport");
        assert_eq!(underscore("userAPIKey2Go"), "user_apikey2go");
        assert_eq!(constraint("person", &["team_id".into()], "foreign"), "person_team_id_foreign");
        assert_eq!(constraint("person", &[], "check"), "person_check");
    }
}
