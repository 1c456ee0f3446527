//! What `trave check --timings` says about the parts of a run.

use std::time::Duration;

use super::median;

/// A part of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phase {
    /// Its name.
    pub(super) name: String,
    /// How long it took.
    pub(super) elapsed: Duration,
    /// How many files, routes or findings it went over.
    pub(super) items: u64,
    /// How many kilobytes of text it went over.
    pub(super) kilobytes: u64,
}

/// Reads the lines of four columns: name, milliseconds, items, kilobytes. Others are passed over.
pub(super) fn read(text: &str) -> Vec<Phase> {
    text.lines().filter_map(phase).collect()
}

fn phase(line: &str) -> Option<Phase> {
    let mut words = line.split_whitespace();
    let name = words.next()?.to_owned();
    let elapsed = Duration::try_from_secs_f64(words.next()?.parse::<f64>().ok()? / 1000.0).ok()?;
    let items = words.next()?.parse().ok()?;
    let kilobytes = words.next()?.parse().ok()?;
    words.next().is_none().then_some(Phase { name, elapsed, items, kilobytes })
}

/// The phases of the first run, each with the median time of all runs.
pub(super) fn medians(runs: &[Vec<Phase>]) -> Vec<Phase> {
    let mut phases = runs.first().cloned().unwrap_or_default();
    for phase in &mut phases {
        let same = runs.iter().flatten().filter(|other| other.name == phase.name);
        phase.elapsed = median(same.map(|other| other.elapsed));
    }
    phases
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{medians, read};

    const TEXT: &str = "phase            ms    items         kB\n\
                        note: nothing to see\n\
                        walk           12.5      300          0\n\
                        parse         100.0       20        512\n";

    #[test]
    fn lines_of_four_columns_are_phases() {
        let phases = read(TEXT);
        assert_eq!(phases.len(), 2);
        assert_eq!(phases[1].name, "parse");
        assert_eq!(phases[1].elapsed, Duration::from_millis(100));
        assert_eq!((phases[1].items, phases[1].kilobytes), (20, 512));
    }

    #[test]
    fn each_phase_has_its_own_median() {
        let runs = ["a 1 0 0\nb 9 0 0", "a 3 0 0\nb 7 0 0", "a 2 0 0\nb 8 0 0"].map(read);
        let times: Vec<u128> =
            medians(&runs).iter().map(|phase| phase.elapsed.as_millis()).collect();
        assert_eq!(times, [2, 8]);
    }
}
