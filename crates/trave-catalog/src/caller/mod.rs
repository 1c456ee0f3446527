//! What the body of a function does with the identity of its caller: asks for it, or only stores
//! it.

mod reading;

use smol_str::SmolStr;
use trave_sql::{Block, Call, ObjectName};

/// What a function does with the identity of its caller.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct CallerUse {
    /// What decides, for every caller.
    pub(crate) asked: Asked,
    /// What decides in checks that callers without a session get past: `auth.uid()` is null for
    /// them, so that `if owner <> auth.uid() then raise …` does not raise.
    pub(crate) passed: Asked,
    /// Columns that the identity is written to.
    pub(crate) stored: Vec<Stored>,
    /// Whether it may raise an error.
    pub(crate) raises: bool,
    /// Whether a part of the body could not be read.
    pub(crate) is_unread: bool,
}

/// What tells callers apart at some places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Asked {
    /// The session itself: `auth.uid()` and the like.
    pub(crate) session: bool,
    /// Functions whose answer counts.
    pub(crate) calls: Vec<Consulted>,
}

/// A call of a function whose answer, or error, decides what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Consulted {
    /// As written.
    pub(crate) schema: Option<SmolStr>,
    pub(crate) name: SmolStr,
    /// How many arguments it is given.
    pub(crate) arguments: usize,
    /// `PERFORM`: only its error counts.
    pub(crate) performed: bool,
    /// Whether it is told who is calling.
    pub(crate) is_told: bool,
}

/// A column that takes the identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) table: ObjectName,
    pub(crate) column: Which,
}

/// A column, by its name or by its place in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Which {
    Named(SmolStr),
    At(usize),
}

impl CallerUse {
    /// Reads a body.
    pub(crate) fn of(block: &Block) -> Self {
        reading::read(block)
    }
}

impl Asked {
    fn add(&mut self, other: &Self) {
        self.session |= other.session;
        for call in &other.calls {
            if !self.calls.contains(call) {
                self.calls.push(call.clone());
            }
        }
    }

    fn is_empty(&self) -> bool {
        !self.session && self.calls.is_empty()
    }
}

impl Consulted {
    fn of(call: &Call) -> Self {
        Self {
            schema: call.name.schema.as_ref().map(|schema| SmolStr::new(schema.as_str())),
            name: SmolStr::new(call.name.name.as_str()),
            arguments: call.arguments.len(),
            performed: false,
            is_told: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::catalog;

    /// How a function `f` with this body asks for its caller: always, of those with a session, or
    /// not at all.
    fn asking(body: &str) -> &'static str {
        let catalog = catalog(&format!(
            "create table notes (id int primary key, owner_id uuid, author_id uuid not null);
             create function mine(i uuid) returns boolean language sql as 'select i = auth.uid()';
             create function mine(i uuid, t text) returns boolean language sql as 'select true';
             create function note(t text) returns void language plpgsql as
               $$ begin raise log '% %', auth.uid(), t; end $$;
             create function ensure(i uuid) returns void language plpgsql as
               $$ begin if i is distinct from auth.uid() then raise 'no'; end if; end $$;
             create function f(i uuid) returns int language plpgsql security definer as
               $$ declare who uuid; ok boolean; begin {body} return 1; end $$;"
        ));
        let f = catalog.functions.values().find(|it| it.name.name == "f").unwrap();
        match (catalog.asks_for_caller(f), catalog.lets_strangers_pass(f)) {
            (true, false) => "always",
            (true, true) => "of sessions",
            (false, _) => "never",
        }
    }

    #[test]
    fn what_is_compared_or_looked_up_is_asked() {
        for body in [
            "if auth.uid() is null then raise 'no'; end if;",
            "delete from notes where owner_id = auth.uid();",
            "select auth.uid() into who; if who is null then return 0; end if;",
            "who := auth.uid(); update notes set id = 1 where owner_id = who;",
            "return (select count(*) from notes where owner_id = auth.uid());",
            "if not mine(i) then raise 'no'; end if;",
            "ok := public.mine(i); if not ok then raise 'no'; end if;",
            "perform ensure(i);",
            "if current_setting('request.jwt.claims', true) is null then raise 'no'; end if;",
        ] {
            assert_eq!(asking(body), "always", "{body}");
        }
    }

    #[test]
    fn what_is_only_stored_or_logged_is_not() {
        for body in [
            "insert into notes (id, owner_id) values (1, auth.uid());",
            "update notes set owner_id = auth.uid() where id = 1;",
            "who := auth.uid(); raise log 'by %', who;",
            "perform note('deleted'); delete from notes;",
            "if mine(i, 'other function') then delete from notes; end if;",
        ] {
            assert_eq!(asking(body), "never", "{body}");
        }
    }

    #[test]
    fn a_column_without_nulls_turns_callers_without_a_session_away() {
        assert_eq!(asking("insert into notes (id, author_id) values (1, auth.uid());"), "always");
        assert_eq!(asking("insert into notes select 1, i, auth.uid();"), "always");
        assert_eq!(asking("insert into notes select 1, auth.uid(), i;"), "never");
    }

    #[test]
    fn a_comparison_that_is_null_raises_nothing() {
        for (body, expected) in [
            ("if i <> auth.uid() then raise 'no'; end if;", "of sessions"),
            ("if i != auth.uid() and not mine(i) then return 0; end if;", "of sessions"),
            ("if i is distinct from auth.uid() then raise 'no'; end if;", "always"),
            ("if i <> auth.uid() or auth.uid() is null then raise 'no'; end if;", "always"),
            ("if i = auth.uid() then delete from notes; end if;", "always"),
        ] {
            assert_eq!(asking(body), expected, "{body}");
        }
    }
}
