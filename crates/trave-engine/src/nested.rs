//! Findings that ask for indexes of which one begins like the other: the wider index removes them
//! all, so that they are one problem.

use trave_rule::{Finding, WantedIndex};

/// Tells findings of one missing index once. The more serious one leads, and of those the one that
/// asks for most; the places of the others become labels.
pub(crate) fn merge(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Option<Finding>> = findings.into_iter().map(Some).collect();
    for at in 0..kept.len() {
        let Some(into) = wider_than(&kept, at) else { continue };
        let narrow = kept.get_mut(at).and_then(Option::take);
        let wide = kept.get_mut(into).and_then(Option::take);
        let Some((narrow, wide)) = narrow.zip(wide) else { continue };
        // Of two that ask for the same, the one that comes first leads.
        let is_tie = narrow.level == wide.level && covers(&narrow, &wide);
        let leads = usize::from(narrow.level <= wide.level && !is_tie);
        let merged =
            if leads == 1 { led_by_wide(wide, narrow) } else { led_by_narrow(narrow, wide) };
        // The leader stays at its place in the order.
        if let Some(place) = kept.get_mut([at, into].get(leads).copied().unwrap_or(at)) {
            *place = Some(merged);
        }
    }
    kept.into_iter().flatten().collect()
}

/// The finding that asks for all that the one at this place asks for, and for more; of two that ask
/// for the same it is the other one of the pair that goes, once.
fn wider_than(findings: &[Option<Finding>], at: usize) -> Option<usize> {
    let narrow = findings.get(at)?.as_ref().filter(|it| !it.indexes.is_empty())?;
    let covers = |(other, wide): (usize, &Option<Finding>)| {
        let wide = wide.as_ref().filter(|it| other != at && !it.indexes.is_empty())?;
        let covered = covers(wide, narrow);
        // Where the narrow one leads, it takes over the one index of the other.
        let may_lead = narrow.level <= wide.level || wide.indexes.len() == 1;
        (covered && may_lead).then_some(other)
    };
    findings.iter().enumerate().find_map(covers)
}

/// Whether the indexes that one finding asks for serve another one too.
fn covers(wide: &Finding, narrow: &Finding) -> bool {
    let is_served = |index: &WantedIndex| wide.indexes.iter().any(|it| index.is_begun_by(it));
    narrow.indexes.iter().all(is_served)
}

fn led_by_wide(mut wide: Finding, narrow: Finding) -> Finding {
    let text = narrow.message.clone();
    wide.absorb_as(narrow, text);
    wide
}

/// The narrow one offers the wider index in the place of its own.
fn led_by_narrow(mut narrow: Finding, wide: Finding) -> Finding {
    let own: Vec<String> = narrow.indexes.iter().map(|it| it.statement.clone()).collect();
    let help = narrow.help.take().unwrap_or_default();
    let others = help.lines().filter(|line| !own.iter().any(|it| it == line));
    let offered = wide.indexes.iter().map(|index| index.statement.as_str());
    narrow.help = Some(others.chain(offered).collect::<Vec<_>>().join("\n"));
    narrow.indexes.clone_from(&wide.indexes);
    let text = wide.message.clone();
    narrow.absorb_as(wide, text);
    narrow
}

#[cfg(test)]
mod tests {
    use trave_rule::source::{FileId, Origin, Span};
    use trave_rule::{Finding, Level, Remedy, WantedIndex};

    fn finding(rule: &'static str, level: Level, keys: &[&str]) -> Finding {
        let start = rule.len() * 10 + keys.len();
        let origin = Origin { file: FileId(0), span: Span::new(start, start + 1) };
        let mut finding = Finding::new(rule, level, (origin, format!("no index on {keys:?}")));
        let statement = format!("index on {}", keys.join(", "));
        finding.help = Some(statement.clone());
        finding.indexes.push(WantedIndex {
            table: "public.notes".to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            kind: String::new(),
            statement,
            remedy: Remedy::Whole,
        });
        finding
    }

    #[test]
    fn the_wider_index_serves_both() {
        let narrow = finding("index/filter", Level::Warning, &["a"]);
        let wide = finding("index/order", Level::Warning, &["a", "b desc"]);
        let merged = super::merge(vec![narrow, wide]);
        assert_eq!(merged.len(), 1);
        assert_eq!(merged[0].rule, "index/order");
        assert_eq!(merged[0].labels[0].text, "no index on [\"a\"]");
    }

    #[test]
    fn the_more_serious_one_leads_and_offers_the_wider_index() {
        let narrow = finding("index/filter", Level::Error, &["a"]);
        let wide = finding("index/order", Level::Info, &["a", "b"]);
        let merged = super::merge(vec![wide, narrow]);
        assert_eq!(merged.len(), 1);
        assert_eq!(merged[0].rule, "index/filter");
        assert_eq!(merged[0].help.as_deref(), Some("index on a, b"));
    }

    #[test]
    fn of_two_alike_one_stays() {
        let one = finding("index/filter", Level::Warning, &["a"]);
        let two = finding("rls/policy", Level::Warning, &["a desc"]);
        assert_eq!(super::merge(vec![one, two]).len(), 1);
    }

    #[test]
    fn what_begins_otherwise_stays_apart() {
        let one = finding("index/filter", Level::Warning, &["b"]);
        let two = finding("index/order", Level::Warning, &["a", "b"]);
        assert_eq!(super::merge(vec![one, two]).len(), 2);
    }
}
