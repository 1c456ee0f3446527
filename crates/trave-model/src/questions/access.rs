//! What callers may do to a table.

use trave_backend::query::{FilterOp, Operation, Selection};
use trave_backend::value::{ClientRole, Shape, Taint};
use trave_catalog::vocabulary::names_capability;
use trave_catalog::{Catalog, Command, Condition, Known, Policy, Table, Truth};

use super::rows::Certain;
use crate::model::{Model, Query, Route};

/// The roles with which callers reach the API.
const CALLER_ROLES: [&str; 2] = ["anon", "authenticated"];

/// Whether policies admit a command of callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Some policy may admit it, or policies do not apply.
    Possible,
    /// Row level security is on, and no policy covers the command for callers.
    Never,
    /// Not known.
    Unknown,
}

/// Whether a policy can apply to callers of the API; a role that the project made may be one.
/// One that holds for no row admits nothing.
fn is_for_callers(policy: &Policy, command: Command) -> bool {
    let condition = policy.guard(command);
    policy.permissive
        && condition.is_none_or(|condition| condition.truth() != Truth::Never)
        && policy.roles.iter().any(|role| role != "service_role" && role != "postgres")
}

/// Whether some policy may admit `command` of a caller on `table`.
pub fn admission(table: &Table, command: Command) -> Admission {
    if !table.tells_access() {
        return Admission::Unknown;
    }
    if !table.rls_enabled {
        return Admission::Possible;
    }
    let covers = |policy: &Policy| policy.is_for(command) && is_for_callers(policy, command);
    if table.policies.iter().any(covers) { Admission::Possible } else { Admission::Never }
}

impl Query {
    /// Whether it runs with a caller's rights, so that policies apply.
    pub fn is_by_caller(&self) -> bool {
        self.facts.client.role == ClientRole::User
    }

    /// Whether policies leave it only rows that are its caller's, by columns other than these: an
    /// index on these alone would hold the rows of everybody.
    pub fn sees_own_rows(&self, table: &Table, indexed: &[&str]) -> bool {
        if !table.rls_enabled || self.facts.client.role == ClientRole::Service {
            return false;
        }
        let covers = |policy: &&Policy| {
            policy.is_for(Command::Select) && is_for_callers(policy, Command::Select)
        };
        let mut conditions = table.policies.iter().filter(covers).map(|policy| &policy.using);
        let narrows = |using: &Option<Condition>| {
            using.as_ref().is_some_and(|using| {
                let columns = using.columns();
                using.depends_on_caller() && !columns.iter().any(|name| indexed.contains(&&**name))
            })
        };
        table.policies.iter().any(|policy| covers(&policy)) && conditions.all(narrows)
    }

    /// The commands that PostgreSQL checks policies for when it runs, without those for rows that
    /// are returned.
    pub fn commands(&self) -> &'static [Command] {
        match self.facts.operation {
            Some(Operation::Select) => &[Command::Select],
            Some(Operation::Insert) => &[Command::Insert],
            Some(Operation::Upsert) if self.facts.keeps_existing => &[Command::Insert],
            Some(Operation::Upsert) => &[Command::Insert, Command::Update],
            Some(Operation::Update) => &[Command::Update],
            Some(Operation::Delete) => &[Command::Delete],
            Some(Operation::Call) | None => &[],
        }
    }
}

impl Query {
    /// The constant that every row it touches has in a column, by its filters.
    fn known_value(&self, column: &str) -> Option<Known> {
        let pins = |op: FilterOp| matches!(op, FilterOp::Eq | FilterOp::Is);
        let mut filters = self.facts.filters.iter();
        let filter = filters
            .find(|filter| filter.column == column && pins(filter.op) && filter.is_certain())?;
        match &filter.value.shape {
            Shape::Text(text) => Some(Known::Text(text.clone())),
            Shape::Number(number) => Some(Known::Number(*number)),
            Shape::Bool(value) => Some(Known::Boolean(*value)),
            Shape::Null if filter.op == FilterOp::Is => Some(Known::Null),
            _ => None,
        }
    }
}

/// As deep embeds are followed.
const EMBEDS_MAX: usize = 16;

/// Whether an embed in what is asked of `base` reads a table: by its name, by a key, or because the
/// table refers to both sides.
fn leads_through(table: &Table, base: &str, selection: &Selection, depth: usize) -> bool {
    let refers = |name: &str| table.foreign_keys.iter().any(|key| key.target.name == name);
    selection.embeds.iter().any(|embed| {
        embed.relation == table.name.name
            || embed.hint.is_some()
            || (refers(base) && refers(&embed.relation))
            || (depth < EMBEDS_MAX
                && leads_through(table, &embed.relation, &embed.selection, depth + 1))
    })
}

/// The first role of callers that certainly holds one of `commands` on `table`, with those
/// that it holds.
pub fn caller_privileges(catalog: &Catalog, table: &Table) -> Option<(&'static str, Vec<Command>)> {
    let held = |role: &'static str| {
        let may = |command: &Command| catalog.may(role, *command, table) == Some(true);
        let commands: Vec<Command> = Command::ALL.into_iter().filter(may).collect();
        (!commands.is_empty()).then_some((role, commands))
    };
    CALLER_ROLES.into_iter().find_map(held)
}

impl Model {
    /// The table of a write that asks for its rows back, although no policy shows them.
    pub fn returns_hidden_rows<'m>(&'m self, query: &Query) -> Option<&'m Table> {
        let is_upsert = query.facts.operation? == Operation::Upsert;
        let reads_back = query.facts.returning || is_upsert;
        let writes = query.commands() != [Command::Select];
        if !query.is_by_caller() || query.in_script || !reads_back || !writes {
            return None;
        }
        let table = self.table_of(query)?;
        // Where the write itself is refused, that is what happens.
        let refused = |command: &Command| admission(table, *command) == Admission::Never;
        let is_refused = query.commands().iter().any(refused);
        (!is_refused && refused(&Command::Select)).then_some(table)
    }

    /// Whether callers only ever meet a policy at single rows: the column that it compares with the
    /// caller is unique, or all the queries that it stands before find rows by a whole key, and
    /// nothing else reads the table.
    pub fn admits_single_rows(&self, table: &Table, policy: &Policy) -> bool {
        let alone = |command: Command| {
            table.policies.iter().filter(|it| it.permissive && it.is_for(command)).count() == 1
        };
        let compares_key = policy.using.as_ref().is_some_and(|using| {
            let columns = using.columns();
            let is_plain = !using.has_subselect() && !using.text.to_lowercase().contains(" or ");
            is_plain && columns.len() == 1 && table.unique_keys().contains(&columns)
        });
        if compares_key && Command::ALL.into_iter().all(|it| !policy.is_for(it) || alone(it)) {
            return true;
        }
        let mut meeting = self
            .queries_on(table)
            .filter(|query| !query.in_script && query.facts.client.role != ClientRole::Service)
            .peekable();
        let is_used = meeting.peek().is_some();
        let meets = |query: &&Query| query.commands().iter().any(|it| policy.is_for(*it));
        is_used
            && meeting.filter(meets).all(|query| query.is_key_lookup(table) || query.adds_rows())
            && (!policy.is_for(Command::Select) || !self.is_read_sideways(table))
    }

    /// Whether rows of a table are read without a query of its own: embedded in another one, on the
    /// way between two tables of which one is embedded in the other, or by the policy of another
    /// table.
    fn is_read_sideways(&self, table: &Table) -> bool {
        self.embedding_queries().any(|query| {
            let base = query.facts.table.as_deref().unwrap_or_default();
            leads_through(table, base, &query.facts.selection, 0)
        }) || self.catalogs.iter().any(|catalog| catalog.is_read_by_policy(&table.name))
    }

    /// Whether policies leave a query only rows that are its caller's: as good as a filter by
    /// account. Every policy for reading must tie rows to the caller: for one that admits whole
    /// roles, as those of administrators do, the list is as long as the table.
    pub fn is_limited_to_caller(&self, query: &Query, table: &Table) -> bool {
        let Some(catalog) = self.catalog_at(query.facts.origin) else { return false };
        let covers = |policy: &&Policy| {
            policy.is_for(Command::Select) && is_for_callers(policy, Command::Select)
        };
        let mut covering = table.policies.iter().filter(covers).peekable();
        let ties = |policy: &Policy| {
            policy.using.as_ref().is_some_and(|using| using.ties_rows_to_caller(catalog))
        };
        table.rls_enabled && query.is_by_caller() && covering.peek().is_some() && covering.all(ties)
    }

    /// Whether a way in finds a row by something that only the right caller can know: the token of
    /// a share, an invitation, a reset. Whoever holds it is meant to pass.
    pub fn asks_for_capability(&self, route: &Route) -> bool {
        let queries = route.sent().filter_map(|id| self.query(id));
        queries.flat_map(|query| &query.facts.filters).any(|filter| {
            let sent = Taint::INPUT.and(Taint::CLAIM).and(Taint::UNKNOWN);
            let path = filter.path.as_deref().unwrap_or_default();
            let is_secret = names_capability(&filter.column) || names_capability(path);
            is_secret && filter.value.taint.has(sent)
        })
    }

    /// Whether callers without a session may read the rows of a query anyway: a policy for them
    /// holds for every row of its table, or for all those that the query's own filters leave.
    pub fn shows_to_anybody(&self, query: &Query, table: &Table) -> bool {
        let covers = |policy: &&Policy| {
            policy.permissive
                && policy.is_for(Command::Select)
                && policy.roles.iter().any(|role| role == "public" || role == "anon")
        };
        let known = |column: &str| query.known_value(column);
        let open = |policy: &Policy| {
            let using = policy.using.as_ref();
            using.is_some_and(|using| using.truth() == Truth::Always || using.holds_given(&known))
        };
        table.rls_enabled && table.policies.iter().filter(covers).any(open)
    }
}
