//! A line that is typed sign by sign, with what each sign costs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use trave_rules::RULES;
use trave_workspace::{Phase, Project, Session, WorkspaceError};

use crate::places::Place;

/// What keystrokes cost.
#[derive(Debug, Default)]
pub(crate) struct Strokes {
    /// From the edit to the findings.
    pub(crate) times: Vec<Duration>,
    /// How long each part of the runs took in all.
    phases: BTreeMap<Phase, Duration>,
}

impl Strokes {
    pub(crate) fn extend(&mut self, other: Self) {
        self.times.extend(other.times);
        for (phase, time) in other.phases {
            *self.phases.entry(phase).or_default() += time;
        }
    }

    /// How long a part of a run took on average, in milliseconds.
    pub(crate) fn average(&self, phase: Phase) -> f64 {
        let all = self.phases.get(&phase).copied().unwrap_or_default();
        let count = u32::try_from(self.times.len()).unwrap_or(u32::MAX).max(1);
        (all / count).as_secs_f64() * 1_000.0
    }
}

/// Types a line at a place; what stood in the file before is put back.
pub(crate) fn type_at(session: &mut Session, place: &Place) -> Result<Strokes, WorkspaceError> {
    let mut strokes = Strokes::default();
    let mut last: Option<Arc<Project>> = None;
    let (before, after) = place.text.split_at_checked(place.offset).unwrap_or((&place.text, ""));
    let ends = place.line.char_indices().map(|(at, sign)| at + sign.len_utf8());
    for end in ends {
        let typed = place.line.get(..end).unwrap_or_default();
        let text = format!("{before}{typed}{after}");
        let start = Instant::now();
        session.edit(&place.path, Some(text));
        let checked = session.check(RULES)?;
        strokes.times.push(start.elapsed());
        let is_new = last.as_ref().is_none_or(|last| !Arc::ptr_eq(last, &checked.project));
        for measure in checked.project.phases.measures.iter().filter(|_| is_new) {
            *strokes.phases.entry(measure.phase).or_default() += measure.elapsed;
        }
        last = Some(Arc::clone(&checked.project));
        *strokes.phases.entry(Phase::Rules).or_default() += checked.elapsed;
    }
    session.edit(&place.path, None);
    session.check(RULES)?;
    Ok(strokes)
}
