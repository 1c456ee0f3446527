//! What the policies of a table come to for the callers of an API.

use smol_str::SmolStr;

use crate::{Catalog, Command, Condition, Function, Policy, Table, Trigger, Truth};

impl Policy {
    /// The condition that rows meet before a command touches them, or that new rows have to meet.
    pub fn guard(&self, command: Command) -> Option<&Condition> {
        match command {
            Command::Insert => self.check_or_using(),
            Command::Select | Command::Update | Command::Delete => self.using.as_ref(),
        }
    }

    /// The conditions that a command has to meet: an update the one for old rows and the one for
    /// new ones.
    pub fn guards(&self, command: Command) -> Vec<&Condition> {
        let new = self.check.as_ref().filter(|_| command == Command::Update);
        self.guard(command).into_iter().chain(new).collect()
    }

    /// Whether it names a role, or `public`, which stands for all.
    pub fn names_role(&self, role: &str) -> bool {
        self.roles.iter().any(|named| named == role || named == "public")
    }

    /// Whether it applies to callers of an API, by the roles that it names.
    pub fn is_for_callers(&self) -> bool {
        self.names_role("anon") || self.names_role("authenticated")
    }

    /// Whether `authenticated` is all that it names of the callers.
    pub fn is_for_sessions_only(&self) -> bool {
        self.names_role("authenticated") && !self.names_role("anon")
    }
}

impl Catalog {
    /// The commands of a policy that a role may certainly run through an API: the policy names the
    /// role, and the role holds the privileges.
    pub fn commands_under(&self, policy: &Policy, table: &Table, role: &str) -> Vec<Command> {
        if !policy.names_role(role) || !self.is_served(table) {
            return Vec::new();
        }
        let may = |command: &Command| {
            policy.is_for(*command) && self.may(role, *command, table) == Some(true)
        };
        Command::ALL.into_iter().filter(may).collect()
    }

    /// Whether some API serves a table to callers: that of the database, or that of stored files.
    fn is_served(&self, table: &Table) -> bool {
        self.is_exposed(&table.name.schema) || (self.exposed && table.name.is("storage", "objects"))
    }

    /// Whether a restrictive policy certainly refuses a command of callers without a session.
    pub fn refuses_strangers(&self, table: &Table, command: Command) -> bool {
        let policies = self.policies_for(table, command, "anon");
        policies
            .into_iter()
            .filter(|policy| !policy.permissive)
            .any(|policy| policy.guards(command).iter().any(|guard| guard.shuts_out_strangers()))
    }

    /// Columns that tie old rows to the caller and that a new row may set to anything: `USING`
    /// compares them, `WITH CHECK` leaves them out, and nothing else guards them.
    pub fn dropped_scope(&self, table: &Table, policy: &Policy) -> Vec<SmolStr> {
        let (Some(using), Some(check)) = (&policy.using, &policy.check) else { return Vec::new() };
        let is_for_updates = policy.permissive && policy.is_for(Command::Update);
        if !is_for_updates || !using.ties_rows_to_caller(self) || !asks_nobody(check) {
            return Vec::new();
        }
        let kept = check.row_use(table, self);
        let scope = using.row_use(table, self);
        let is_kept = scope.columns.iter().any(|column| kept.columns.contains(column));
        if kept.may_be_more || is_kept || self.selects_within(table, policy, &scope.columns) {
            return Vec::new();
        }
        // A row does not change hands by its own key.
        let is_free = |column: &&SmolStr| {
            !table.picks_one_row(&[column]) && self.is_free_to_change(table, policy, column)
        };
        scope.columns.iter().filter(is_free).cloned().collect()
    }

    /// Whether every policy that may show the new row looks at one of these columns too: an
    /// UPDATE that reads the table needs the new row to be seen.
    fn selects_within(&self, table: &Table, policy: &Policy, scope: &[SmolStr]) -> bool {
        let others = |other: &&Policy| {
            other.permissive
                && other.is_for(Command::Select)
                && policy.roles.iter().any(|role| other.names_role(role) || role == "public")
        };
        table.policies.iter().filter(others).all(|other| {
            let seen = other.using.as_ref().map(|using| using.row_use(table, self));
            seen.is_some_and(|it| {
                it.may_be_more || it.columns.iter().any(|column| scope.contains(column))
            })
        })
    }

    /// Whether a caller may write a column, and no trigger looks at it first.
    fn is_free_to_change(&self, table: &Table, policy: &Policy, column: &str) -> bool {
        let roles = ["anon", "authenticated"].into_iter().filter(|role| policy.names_role(role));
        let mut holders = roles.map(|role| self.roles_of(role));
        let writes = |roles: &[SmolStr]| {
            table.grants.iter().any(|grant| {
                grant.privilege == "UPDATE"
                    && roles.contains(&grant.role)
                    && (grant.columns.is_empty() || grant.columns.iter().any(|it| it == column))
            })
        };
        let looks = |trigger: &Trigger| {
            let functions = self.functions.values();
            let mut of_trigger = functions.filter(|it| it.name == trigger.function).peekable();
            let is_unknown = of_trigger.peek().is_none();
            trigger.timing == "BEFORE" && (is_unknown || of_trigger.any(|it| names(it, column)))
        };
        table.column(column).is_some()
            && holders.any(|roles| writes(&roles))
            && !table.triggers.iter().any(looks)
    }

    /// The restrictive policies of a command that stand alone: no permissive policy lets a caller
    /// have any row that they could narrow. Plain refusals are meant.
    pub fn lone_restrictions<'t>(&self, table: &'t Table, command: Command) -> Vec<&'t Policy> {
        let is_for_callers = |policy: &&Policy| policy.is_for(command) && policy.is_for_callers();
        let (permissive, restrictive): (Vec<&Policy>, Vec<&Policy>) =
            table.policies.iter().filter(is_for_callers).partition(|policy| policy.permissive);
        let is_plain = |policy: &&Policy| {
            policy.guards(command).iter().all(|guard| guard.truth() != Truth::Never)
        };
        if permissive.is_empty() && restrictive.iter().all(is_plain) {
            restrictive
        } else {
            Vec::new()
        }
    }

    /// Whether the project writes roles of its own into tokens: by a hook, or as it seems so.
    pub fn writes_token_roles(&self) -> bool {
        self.token_hook || self.functions.values().any(Function::writes_claims)
    }
}

impl Function {
    /// Whether it may be a hook that writes the claims of tokens: `event` in, claims out.
    fn writes_claims(&self) -> bool {
        let takes_event = self
            .arguments
            .iter()
            .any(|it| it.name.as_deref() == Some("event") && it.type_name == "jsonb");
        takes_event && self.returns == "jsonb" && self.body.contains("claims")
    }
}

/// Whether a condition asks nothing that could depend on the caller, beyond a session.
fn asks_nobody(check: &Condition) -> bool {
    match check.truth() {
        Truth::Always | Truth::AnySession => true,
        Truth::Never => false,
        Truth::Depends => check.calls().is_empty() && !check.has_subselect(),
    }
}

fn names(function: &Function, column: &str) -> bool {
    function.body.to_ascii_lowercase().contains(&column.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use crate::Command;
    use crate::testing::{catalog, table};

    const NOTES: &str = "
        create table notes (id int primary key, owner_id uuid, team_id int, body text);
        alter table notes enable row level security;
        create policy shown on notes for select to authenticated using (true);";

    fn dropped(policy: &str) -> String {
        let catalog = catalog(&format!("{NOTES} create policy p on notes {policy};"));
        let notes = table(&catalog, "notes");
        let policy = notes.policies.iter().find(|policy| policy.name == "p").unwrap();
        catalog.dropped_scope(notes, policy).join(" ")
    }

    #[test]
    fn a_check_that_leaves_the_owner_out_drops_the_scope() {
        let using = "for update to authenticated using (owner_id = auth.uid())";
        assert_eq!(dropped(&format!("{using} with check (true)")), "owner_id");
        assert_eq!(dropped(&format!("{using} with check (body <> '')")), "owner_id");
        assert_eq!(dropped(&format!("{using} with check (auth.uid() is not null)")), "owner_id");
        assert_eq!(dropped(using), "");
        assert_eq!(dropped(&format!("{using} with check (owner_id = auth.uid())")), "");
        assert_eq!(dropped(&format!("{using} with check (auth.uid() = '1')")), "");
        assert_eq!(dropped("for update using (id::text = auth.uid()::text) with check (true)"), "");
    }

    #[test]
    fn other_guards_keep_the_scope() {
        let policy = "create policy p on notes for update to authenticated
            using (owner_id = auth.uid()) with check (true);";
        for guard in [
            "drop policy shown on notes;
             create policy shown on notes for select using (owner_id = auth.uid());",
            "revoke update on notes from authenticated; grant update (body) on notes to authenticated;",
            "create function keep() returns trigger language plpgsql as
             'begin new.owner_id := old.owner_id; return new; end';
             create trigger keep before update on notes for each row execute function keep();",
        ] {
            let catalog = catalog(&format!("{NOTES} {policy} {guard}"));
            let notes = table(&catalog, "notes");
            let policy = notes.policies.iter().find(|policy| policy.name == "p").unwrap();
            assert!(catalog.dropped_scope(notes, policy).is_empty(), "{guard}");
        }
    }

    #[test]
    fn restrictions_without_a_permission_stand_alone() {
        let lone = |policies: &str| {
            let catalog =
                catalog(&format!("create table notes (id int, owner_id uuid); {policies}"));
            catalog.lone_restrictions(table(&catalog, "notes"), Command::Update).len()
        };
        let mfa = "create policy a on notes as restrictive for update using (id > 0);";
        assert_eq!(lone(mfa), 1);
        assert_eq!(lone(&format!("{mfa} create policy b on notes using (id > 1);")), 0);
        assert_eq!(lone(&format!("{mfa} create policy b on notes for select using (true);")), 1);
        assert_eq!(lone("create policy a on notes as restrictive using (false);"), 0);
    }
}
