// All findings, by rule, the most serious rules first.

const drawFindings = () => {
  const view = $('view-findings');
  const shown = shownFindings();
  const byRule = new Map();
  for (const finding of shown) pushTo(byRule, finding.rule, finding.id);
  const rules = [...byRule].sort((a, b) =>
    LEVELS.indexOf(worst(a[1])) - LEVELS.indexOf(worst(b[1])) || b[1].length - a[1].length || byText(a[0], b[0]));
  const box = ([rule, ids]) => h('section', { class: 'rule-group' },
    h('h2', {}, h('code', {}, rule), ' ', count(ids)),
    data.rules[rule] && h('p', { class: 'quiet' }, data.rules[rule]),
    ids.map((id) => findingBox(id, false, 'place')));
  const nothing = findings.length === 0
    ? `Nothing was found${data.silenced ? `; ${plural(data.silenced, 'finding')} silenced with a reason` : ''}.`
    : 'No finding matches.';
  const numbers = LEVELS.map((level) => [level, shown.filter((it) => it.level === level).length]).filter((it) => it[1] > 0);
  const total = h('p', { class: 'totals' }, numbers.map(([level, number]) => h('span', { class: `level ${level}` }, plural(number, level))),
    data.silenced > 0 && h('span', { class: 'quiet' }, `${data.silenced} silenced with a reason`));
  view.replaceChildren(h('div', { class: 'page' }, rules.length > 0 ? total : '',
    rules.length > 0 ? rules.map(box) : h('p', { class: 'empty-page' }, nothing)));
  return shown.length;
};
