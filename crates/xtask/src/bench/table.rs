//! What was measured, as tables to read.

use std::time::Duration;

use super::measure::Run;
use super::phases::Phase;
use super::{Series, median};

/// One line per tool: medians, and how it compares with each tool above it.
pub(super) fn of_tools(series: &[Series]) -> String {
    let names = series.iter().take(series.len().saturating_sub(1)).map(|one| one.name);
    let peers = names.filter_map(|name| name.split_whitespace().next());
    let peers: Vec<String> = peers.map(|name| format!("{:>12}", format!("x {name}"))).collect();
    let head = format!("{:<16}{:>9}{:>9}{:>9}{}", "", "wall s", "cpu s", "peak MB", peers.concat());
    let rows = series.iter().enumerate().map(|(row, one)| {
        let above = series.iter().take(row);
        let ratios: Vec<String> =
            above.map(|other| format!("{:>12.2}", ratio(one, other))).collect();
        format!("{}{}", line(one), ratios.concat())
    });
    lines(std::iter::once(head).chain(rows))
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.flat_map(|line| [line, "\n".to_owned()]).collect()
}

fn line(series: &Series) -> String {
    let seconds = |time: fn(&Run) -> Duration| median(series.runs.iter().map(time)).as_secs_f64();
    let wall = seconds(|run| run.wall);
    let cpu = seconds(|run| run.cpu);
    let peak = series.runs.iter().map(|run| run.peak_bytes).max().unwrap_or(0) >> 20;
    format!("{:<16}{wall:>9.3}{cpu:>9.3}{peak:>9}", series.name)
}

/// The median of the ratios of each round.
fn ratio(one: &Series, other: &Series) -> f64 {
    let pairs = one.runs.iter().zip(&other.runs);
    let mut ratios: Vec<f64> =
        pairs.map(|(a, b)| a.wall.as_secs_f64() / b.wall.as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
}

/// One line per part of a run of trave.
pub(super) fn of_phases(phases: &[Phase]) -> String {
    if phases.is_empty() {
        return "no phases: `trave check --timings` printed none\n".to_owned();
    }
    let head = format!("{:<16}{:>9}{:>9}{:>9}{:>9}", "phase", "ms", "items", "kB", "MB/s");
    let rows = phases.iter().map(|Phase { name, elapsed, items, kilobytes }| {
        let milliseconds = elapsed.as_secs_f64() * 1000.0;
        let speed = speed(*kilobytes, *elapsed);
        format!("{name:<16}{milliseconds:>9.1}{items:>9}{kilobytes:>9}{speed:>9}")
    });
    lines(std::iter::once(head).chain(rows))
}

fn speed(kilobytes: u64, elapsed: Duration) -> String {
    let milliseconds = elapsed.as_millis();
    if kilobytes == 0 || milliseconds == 0 {
        return "-".to_owned();
    }
    // A kilobyte per millisecond is a megabyte per second, near enough.
    (u128::from(kilobytes) / milliseconds).to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::measure::Run;
    use super::super::{Series, phases};
    use super::{of_phases, of_tools};

    fn series(name: &'static str, milliseconds: [u64; 3]) -> Series {
        let run = |wall| Run {
            wall: Duration::from_millis(wall),
            cpu: Duration::from_millis(2 * wall),
            peak_bytes: 50 << 20,
            said: String::new(),
        };
        Series { name, runs: milliseconds.map(run).to_vec() }
    }

    #[test]
    fn ratios_are_those_of_rounds() {
        let text =
            of_tools(&[series("oxlint 1", [100, 200, 300]), series("trave", [200, 400, 300])]);
        let expected = "                   wall s    cpu s  peak MB    x oxlint\n\
                        oxlint 1            0.200    0.400       50\n\
                        trave               0.300    0.600       50        2.00\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn phases_have_a_speed() {
        let text = of_phases(&phases::read("walk 3.0 9 0\nparse 100.0 20 2000\n"));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "walk                  3.0        9        0        -");
        assert_eq!(lines[2], "parse               100.0       20     2000       20");
    }
}
