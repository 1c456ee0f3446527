//! Who may now see and change which rows.

use super::tables::is_made;
use super::{Class, Comparison, Place, plain};
use crate::matrix::{Admitted, Rows, Why};
use crate::{Command, Entry, Line, Matrix, Policy, Subject, Truth};

/// Commands of one role on one table that changed in the same way.
struct Shift {
    commands: Vec<Command>,
    was: String,
    is: String,
    class: Class,
    place: Option<Place>,
}

impl Comparison<'_> {
    pub(super) fn access(&mut self) {
        let (before, after) = (self.before.access(), self.after.access());
        for entry in &after.entries {
            let old_name = self.old_name(entry.name).unwrap_or(entry.name);
            let old = before.entries.iter().find(|it| it.name == old_name);
            // Roles that bypass row level security lose and win nothing by it.
            for line in entry.lines.iter().filter(|line| !self.after.bypasses_rls(&line.role)) {
                let was = old.and_then(|old| line_of(old, line));
                self.line(entry, (was, line));
            }
        }
        self.news_of_old_roles(&before, &after);
    }

    fn line(&mut self, entry: &Entry<'_>, (old, new): (Option<&Line<'_>>, &Line<'_>)) {
        let mut shifts: Vec<Shift> = Vec::new();
        for (at, command) in Command::ALL.into_iter().enumerate() {
            let was = old.and_then(|line| line.rows.get(at));
            let Some(is) = new.rows.get(at) else { continue };
            let Some(shift) = shift(command, (was, is), entry) else { continue };
            let same = |it: &&mut Shift| it.was == shift.was && it.is == shift.is;
            match shifts.iter_mut().find(same) {
                Some(known) => {
                    known.commands.push(command);
                    known.class = known.class.max(shift.class);
                }
                None => shifts.push(shift),
            }
        }
        let name = entry.name.short();
        for shift in shifts {
            let commands: Vec<&str> = shift.commands.iter().map(|it| it.privilege()).collect();
            let message = format!(
                "`{}` on `{name}` by {}: {}{}",
                new.role,
                commands.join(", "),
                shift.is,
                if old.is_some() { format!(", was {}", shift.was) } else { String::new() }
            );
            self.add(shift.class, "access", &name).says(message).at(shift.place);
        }
    }

    /// Grants and policies of a role that nothing names any more.
    fn news_of_old_roles(&mut self, before: &Matrix<'_>, after: &Matrix<'_>) {
        for role in before.roles.iter().filter(|role| !after.roles.contains(role)) {
            self.add(Class::Review, "role-gone", role.as_str())
                .says(format!("nothing is granted to `{role}` any more"));
        }
    }
}

fn line_of<'e>(entry: &'e Entry<'e>, line: &Line<'_>) -> Option<&'e Line<'e>> {
    entry.lines.iter().find(|it| it.role == line.role)
}

/// How far a role reaches, for comparing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Nothing,
    Some,
    Every,
}

fn reach(rows: &Rows<'_>) -> Option<Reach> {
    match rows {
        Rows::Unknown => None,
        Rows::Denied | Rows::Nothing => Some(Reach::Nothing),
        Rows::Admitted(_) | Rows::AsReader => Some(Reach::Some),
        Rows::Every(_) => Some(Reach::Every),
    }
}

/// What changed for one command; none where nothing did, or where it cannot be told.
fn shift(command: Command, (was, is): (Option<&Rows>, &Rows), entry: &Entry<'_>) -> Option<Shift> {
    let now = reach(is)?;
    let class = match was {
        None if now == Reach::Nothing => return None,
        // A new table: what its policies admit was written for it.
        None => match (now, is) {
            (Reach::Every, Rows::Every(Why::Policy)) if command == Command::Select => Class::Review,
            (Reach::Every, _) => Class::Dangerous,
            _ => Class::Safe,
        },
        Some(was) => {
            let before = reach(was)?;
            if before == now && shown(was) == shown(is) {
                return None;
            }
            if before == now && now == Reach::Nothing {
                return None;
            }
            if now == Reach::Every && before != now { Class::Dangerous } else { Class::Review }
        }
    };
    let was = was.map(shown).unwrap_or_default();
    Some(Shift { commands: vec![command], was, is: shown(is), class, place: place(is, entry) })
}

/// The statement behind what a role reaches now.
fn place(rows: &Rows<'_>, entry: &Entry<'_>) -> Option<Place> {
    if let Rows::Admitted(admitted) = rows {
        let newest = admitted.permissive.iter().chain(&admitted.restrictive);
        return newest.map(|policy| policy.origin).max().map(Place::After);
    }
    match entry.subject {
        Subject::Table(table) if matches!(rows, Rows::Every(Why::Policy)) => {
            let is_open = |policy: &&Policy| {
                policy.permissive && policy.conditions().all(|it| it.truth() != Truth::Depends)
            };
            let open = table.policies.iter().filter(is_open);
            open.map(|policy| policy.origin).max().map(Place::After)
        }
        Subject::Table(table) if is_made(table) => {
            table.rls_origin.or(table.origin()).map(Place::After)
        }
        Subject::Table(_) => None,
        Subject::View(view) => view.provenance.origin().map(Place::After),
    }
}

/// In words, the same for the same rows whatever policies are called.
fn shown(rows: &Rows<'_>) -> String {
    match rows {
        Rows::Unknown => "not known".to_owned(),
        Rows::Denied => "permission denied".to_owned(),
        Rows::Nothing => "no row".to_owned(),
        Rows::Every(Why::Off) => "every row (row level security is off)".to_owned(),
        Rows::Every(Why::Owner) => "every row (the view reads as its owner)".to_owned(),
        Rows::Every(Why::Bypass | Why::Policy) => "every row".to_owned(),
        Rows::AsReader => "what the tables behind it show him".to_owned(),
        Rows::Admitted(admitted) => format!("rows where {}", condition(admitted)),
    }
}

fn condition(admitted: &Admitted<'_>) -> String {
    let texts = |policies: &[&Policy]| {
        let mut texts: Vec<String> = policies.iter().map(|policy| text(policy)).collect();
        texts.sort();
        texts.dedup();
        texts
    };
    let any = texts(&admitted.permissive).join(" or ");
    let each = texts(&admitted.restrictive);
    if each.is_empty() { any } else { format!("({any}) and {}", each.join(" and ")) }
}

fn text(policy: &Policy) -> String {
    let using = policy.using.as_ref().map(|it| plain(&it.text));
    let check = policy.check.as_ref().map(|it| plain(&it.text));
    match (using, check) {
        (Some(using), Some(check)) if using != check => {
            format!("{using} (new rows: {check})")
        }
        (Some(one), _) | (None, Some(one)) => one,
        (None, None) => "true".to_owned(),
    }
}
