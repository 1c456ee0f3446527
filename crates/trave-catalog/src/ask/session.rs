//! What a function may do between two calls: change rows, or ask about the session.

use super::caller::bare;
use crate::{Catalog, Function};

/// Words that stand for something of the session.
const SESSION: [&str; 12] = [
    "auth.uid(",
    "auth.jwt(",
    "auth.role(",
    "auth.email(",
    "request.jwt",
    "request.headers",
    "current_setting(",
    "current_user",
    "current_role",
    "session_user",
    "pg_backend_pid(",
    "inet_client_addr(",
];

impl Function {
    /// `VOLATILE`: PostgreSQL runs it again for each row, and no index meets what it returns.
    pub fn is_volatile(&self) -> bool {
        self.volatility == "VOLATILE"
    }

    /// `IMMUTABLE`: PostgreSQL may run it once for a plan, and keep what it returned.
    pub fn is_immutable(&self) -> bool {
        self.volatility == "IMMUTABLE"
    }

    /// Whether its body does more than look: it changes rows or settings, draws numbers, sends
    /// something, or runs what nobody can read.
    pub fn may_change_something(&self) -> bool {
        const DEEDS: [&str; 14] = [
            "insert",
            "update",
            "delete",
            "merge",
            "truncate",
            "create",
            "alter",
            "drop",
            "execute",
            "nextval",
            "setval",
            "set_config",
            "pg_notify",
            "call",
        ];
        const NEW: [&str; 6] =
            ["random", "clock_timestamp", "gen_random_uuid", "uuid_generate_v4", "dblink", "http"];
        let is_read = matches!(self.language.as_str(), "sql" | "plpgsql") && !self.body.is_empty();
        let body = bare(&self.body);
        let mut words = body.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
        !is_read || words.any(|word| DEEDS.contains(&word) || NEW.contains(&word))
    }
}

impl Catalog {
    /// Whether a function asks about the session, who is calling say, by itself or through another
    /// one of the project.
    pub fn reads_session(&self, function: &Function) -> bool {
        let body = bare(&function.body);
        SESSION.iter().any(|word| body.contains(word)) || self.asks_for_caller(function)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::catalog;

    #[test]
    fn a_body_tells_what_a_function_does() {
        let catalog = catalog(
            "create table log (id int);
             create function a() returns uuid language sql immutable as 'select auth.uid()';
             create function b() returns uuid language sql as 'select public.a()';
             create function c() returns text language sql as $$ select current_user $$;
             create function d() returns int language plpgsql as $$ begin
               insert into log values (1); return 1; end $$;
             create function e() returns int language sql stable as $$
               -- no update
               select id from log $$;",
        );
        let facts = |name: &str| {
            let mut all = catalog.functions.values();
            let one = all.find(|it| it.name.name == name).unwrap();
            (one.is_volatile(), one.may_change_something(), catalog.reads_session(one))
        };
        assert_eq!(facts("a"), (false, false, true));
        assert_eq!(facts("b"), (true, false, true));
        assert_eq!(facts("c"), (true, false, true));
        assert_eq!(facts("d"), (true, true, false));
        assert_eq!(facts("e"), (false, false, false));
    }
}
