// Everything about one thing, beside the picture.

const go = (ref, view) => openDetails(ref, view ?? (state.view === 'diagram' && ref.side === 'table' ? 'diagram' : 'map'));

const linkTo = (ref, ...inside) => {
  const text = inside.length > 0 ? inside : [nameOf(ref)];
  return h('button', { type: 'button', class: 'link', onclick: () => go(ref) }, text);
};

const section = (title, ...inside) => {
  const content = inside.flat(Infinity).filter(Boolean);
  return content.length > 0 && h('section', {}, h('h3', {}, title), content);
};
const listOf = (items) => items.length > 0 && h('ul', { class: 'plain-list' }, items.map((it) => h('li', {}, it)));
const facts = (pairs) => h('dl', { class: 'facts' }, pairs.filter((it) => it && it[1]).map(([name, ...value]) =>
  h('div', {}, h('dt', {}, name), h('dd', {}, value))));
const named2 = (items) => items?.map((it) => [h('code', {}, it.name), ' ', placeLine(it.place)]);

const excerpt = (at) => h('figure', { class: 'excerpt' },
  h('figcaption', {}, placeLine(at.place)),
  h('pre', {}, h('code', {}, at.code[0], h('mark', {}, at.code[1]), at.code[2])),
  at.label && h('p', { class: 'label' }, prose(at.label)));

// Help is prose with SQL or code in it: what begins like a statement can be copied as such.
const STATEMENT = /^\s*(alter|create|drop|grant|revoke|update|delete|insert|select|begin|commit|set|comment|--)\b|^\s*--/i;
const helpBlock = (text) => {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => STATEMENT.test(line));
  if (at < 0 && lines.length === 1) return h('p', { class: 'help' }, prose(text));
  const inLine = /(?<before>.*?[:;]\s)(?<sql>(alter|create|drop|grant|revoke) .*;)$/is.exec(text);
  if (at < 0 && inLine) return [h('p', { class: 'help' }, prose(inLine.groups.before)), codeBlock(inLine.groups.sql, 'the remedy')];
  const cut = at < 0 ? 0 : at;
  return [cut > 0 && h('p', { class: 'help' }, prose(lines.slice(0, cut).join('\n'))), codeBlock(lines.slice(cut).join('\n'), 'the remedy')];
};

const PLACES_MAX = 8;
const findingBody = (finding) => {
  const refs = (side, ids) => [...ids].map((id) => linkTo({ side, id }));
  const shown = finding.places.slice(0, PLACES_MAX);
  const hiddenPlaces = finding.places.length - shown.length;
  const more = h('button', { type: 'button', class: 'plain' }, `${plural(hiddenPlaces, 'more place')}`);
  more.addEventListener('click', () => more.replaceWith(...finding.places.slice(PLACES_MAX).map(excerpt)));
  return [
    shown.map(excerpt), hiddenPlaces > 0 && more,
    finding.notes && listOf(finding.notes.map(prose)),
    finding.help && section('What to do', helpBlock(finding.help)),
    section('On the map', listOf([...refs('route', finding.routes), ...refs('query', finding.queries), ...refs('table', finding.tables)])),
  ];
};

// Beneath the message stands the rule, or where rules are headings, the place.
const findingBox = (id, isOpen, tells = 'rule') => {
  const finding = findings[id];
  const box = h('details', { class: `finding ${finding.level}`, open: isOpen },
    h('summary', {}, levelMark(finding.level), h('span', { class: 'message' }, prose(finding.message)),
      h('span', { class: 'rule' }, tells === 'rule' ? h('code', {}, finding.rule) : placeLine(finding.places[0].place))));
  // Filled when it is opened: most never are.
  const body = () => {
    if (box.open && !box.querySelector('.body')) box.append(h('div', { class: 'body' }, findingBody(finding)));
  };
  box.addEventListener('toggle', body);
  body();
  return box;
};
const findingList = (ids, title = 'Findings') => {
  const order = [...ids].sort((a, b) => LEVELS.indexOf(findings[a].level) - LEVELS.indexOf(findings[b].level) || a - b);
  return section(title, order.map((id) => findingBox(id, order.length === 1)));
};

const TRUST = { verified: 'verifies who is calling', claimed: 'takes the caller’s word', secret: 'compares a secret or a signature', unknown: 'may ask who is calling' };
const BEFORE = { yes: 'turns callers away', before: 'turns callers away', claim: 'takes the caller’s word', maybe: 'may turn callers away', no: 'turns nobody away' };

const sentence = {
  query: (step) => {
    const query = queries[step.id];
    const remarks = [
      ['no', 'claim'].includes(step.guarded) && 'anybody gets here', step.loop && 'in a loop', step.cached && 'cached',
      query.client === 'service' && 'service key',
    ].filter(Boolean);
    const calls = step.calls?.map((call) => call.name).join(' › ');
    return [
      h('span', { class: 'operation', 'data-operation': operationOf(query) }, operationOf(query)), ' ',
      linkTo({ side: 'query', id: step.id }, queryName(query)), ' ', count(query.findings),
      remarks.map((it) => [' ', h('span', { class: 'tag' }, it)]),
      h('div', { class: 'way' }, calls && h('span', {}, `through ${calls}`), placeLine(query.place)),
    ];
  },
  cache: (step) => [h('span', { class: 'operation' }, 'cache'), ' ', step.name, h('div', { class: 'way' }, placeLine(step.place))],
  call: (step) => [h('span', { class: 'operation' }, 'request'), ' ', h('code', {}, step.name), h('div', { class: 'way' }, placeLine(step.place))],
};
const stepLine = (step) => {
  const [kind, inside] = Object.entries(step)[0];
  return h('li', {}, sentence[kind](inside));
};

const details = {
  route: (route) => [
    facts([
      ['Kind', `${route.kind}, ${route.framework}`], ['Handler', placeLine(route.place)],
      ['Guarded', guardMark(route.guarded), ' ', route.guarded_sentence],
      route.pages && ['Posted from', route.pages.join(', ')],
      route.answers && ['Answers', route.answers.join(', ')],
      route.cached_by_framework && ['Kept', 'the framework caches the answer'],
      route.opaque && ['Unknown', 'something on the way could not be followed'],
    ]),
    findingList(route.findings),
    section('Who is asked', listOf([
      ...(route.before ?? []).map((it) => [`${it.kind}, which ${BEFORE[it.guarded]} `, placeLine(it.place)]),
      ...(route.wrappers ?? []).map((it) => ['inside ', h('code', {}, it.name), ' ', placeLine(it.place)]),
      ...(route.auth ?? []).map((it) => [h('code', {}, it.name), ` ${TRUST[it.trust]} `, placeLine(it.place)]),
      ...(route.guards ?? []).map((it) => ['turned away by ', h('code', {}, it.name), ' ', placeLine(it.place)]),
      ...(route.waived ? [['a constant says that nobody needs to be asked ', placeLine(route.waived)]] : []),
    ])),
    section('Validated', listOf(named2(route.validation) ?? [])),
    section('Rate limited', listOf(named2(route.rate_limits) ?? [])),
    section('In this order', route.steps.length > 0 ? h('ol', { class: 'steps' }, route.steps.map(stepLine))
      : h('p', { class: 'quiet' }, 'No query, cache or call of another service was found.')),
  ],

  query: (query) => [
    facts([
      ['Place', placeLine(query.place)],
      ['Sent to', query.tables.length > 0 ? query.tables.map((id, at) => [at > 0 && ', with ', linkTo({ side: 'table', id })]) : query.name ?? 'a name that is no constant'],
      ['Client', `${query.library}, ${{ user: 'with the rights of the caller', service: 'with the service key', unknown: 'whose rights are not known' }[query.client]}`],
      query.columns.length > 0 && ['Columns', query.columns.join(', ')],
      query.order && ['Sorted by', query.order.join(', ')],
      ['Bounded', query.limited ? 'yes, by a limit or as a single row' : 'no limit is set'],
      query.found_by && ['Found by', foundBy(query.found_by)],
      query.unreached && ['Reached', { script: 'by a script only', dead: 'never: nothing mentions its function', browser: 'from the browser' }[query.unreached]],
    ]),
    findingList(query.findings),
    h('section', {}, h('h3', {}, 'Code'), codeBlock(query.code, 'the code')),
    section('Filters', query.filters.length > 0 && wide('Filters', h('table', { class: 'small-table' },
      h('thead', {}, h('tr', {}, ['column', 'compares', ''].map((it) => it ? h('th', { scope: 'col' }, it) : h('td')))),
      h('tbody', {}, query.filters.map((it) => h('tr', {}, h('td', {}, h('code', {}, it.column)), h('td', {}, `${it.negated ? 'not ' : ''}${it.op}`),
        h('td', {}, it.conditional ? 'only sometimes' : ''))))))),
    section(`Reached from ${plural(query.routes.length, 'way', 'ways')} in`, listOf(query.routes.map((id) => routeLine(id)))),
  ],

  table: (table) => [
    facts([
      ['Kind', table.kind],
      severalRoots && ['Schema in', rootName(table.root)],
      table.place && ['Made at', placeLine(table.place)],
      table.comment && ['Comment', table.comment],
      rlsOf(table) !== 'unknown' && ['Row level security', table.rls ? 'on' : 'off'],
      table.access && data.roots[table.root].exposed && ['Data API', table.access.served ? 'served' : 'not served'],
    ]),
    elsewhere(table),
    findingList(table.findings),
    findingList(unique(table.queries.flatMap((id) => queries[id].findings)).filter((id) => !table.findings.includes(id)), 'Findings of its queries'),
    usesOf(table),
    section('Columns', table.columns.length > 0 && columnTable(table)),
    section('Keys', listOf([
      ...(table.primary_key?.length ? [['primary key ', h('code', {}, table.primary_key.join(', '))]] : []),
      ...(table.uniques ?? []).map((key) => ['unique ', h('code', {}, key.join(', '))])])),
    section('Refers to', listOf(table.foreign_keys.map((key) => [
      h('code', {}, key.columns.join(', ')), ' → ', key.table === null ? key.name : linkTo({ side: 'table', id: key.table }),
      h('span', { class: 'quiet' }, ` (${key.target_columns.join(', ')}), on delete ${key.on_delete}`)]))),
    section('Referred to by', listOf(table.referredBy.map(({ table: id, key }) => [linkTo({ side: 'table', id }), ' ', h('code', {}, key.columns.join(', ')), h('span', { class: 'quiet' }, `, on delete ${key.on_delete}`)]))),
    section('Reads', listOf((table.reads ?? []).map((id) => linkTo({ side: 'table', id })))),
    section('Indexes', listOf((table.indexes ?? []).map((it) => [h('code', {}, it.name), ` ${it.unique ? 'unique ' : ''}${it.method} (${it.keys.join(', ')})`,
      it.predicate && ` where ${it.predicate}`, ' ', placeLine(it.place)]))),
    section('Checks', listOf((table.checks ?? []).map((it) => h('code', {}, it)))),
    section('Policies', table.policies.map(policyBox)),
    section('Who reaches which rows', table.access && accessOf(table)),
    section('Grants', listOf(Object.entries(table.grants ?? {}).map(([role, rights]) => [h('code', {}, role), ` ${rights.join(', ')}`]))),
    section('Triggers', listOf((table.triggers ?? []).map((it) => [h('code', {}, it.name), ` ${it.when}, runs `, h('code', {}, it.function), ' ', placeLine(it.place)]))),
  ],

  finding: (finding) => [
    facts([['Rule', h('code', {}, finding.rule)], ['Level', levelMark(finding.level)], ['What it is', data.rules[finding.rule]]]),
    findingBody(finding),
  ],
};

const foundBy = (found) => {
  if (found === 'scan') return 'no index that begins with a column it compares';
  const [[kind, name]] = Object.entries(found);
  return [kind === 'key' ? 'a key, one row at most: ' : 'an index: ', h('code', {}, name)];
};
const routeLine = (id) => [guardMark(routes[id].guarded), ' ', linkTo({ side: 'route', id })];
// The same table in the other views.
const elsewhere = (table) => {
  const views = [['map', 'Show on the map'], ['diagram', 'Show in the ER diagram']];
  const isThere = (view) => view !== state.view && (view === 'map' || drawnTables().includes(table));
  return h('p', { class: 'elsewhere' }, views.filter(([view]) => isThere(view)).map(([view, text]) =>
    h('button', { type: 'button', class: 'plain', onclick: () => go({ side: 'table', id: table.id }, view) }, text)));
};

const usesOf = (table) => {
  const of = (ids) => listOf(ids.map((id) => [
    h('span', { class: 'operation', 'data-operation': operationOf(queries[id]) }, operationOf(queries[id])), ' ',
    linkTo({ side: 'query', id }, queryName(queries[id])), ' ', count(queries[id].findings),
    h('div', { class: 'way' }, placeLine(queries[id].place), h('span', {}, plural(queries[id].routes.length, 'way in', 'ways in')))]));
  const writes = table.queries.filter((id) => isWrite(queries[id]));
  const reads = table.queries.filter((id) => !isWrite(queries[id]));
  const fold = (title, ids) => ids.length > 0 && h('details', { class: 'fold', open: ids.length <= 12 }, h('summary', {}, `${title} (${ids.length})`), of(ids));
  return section('Used by', fold('Readers and callers', reads), fold('Writers', writes));
};

const columnTable = (table) => {
  const keysOf = (name) => [
    table.primary_key?.includes(name) && 'primary key', table.uniques?.some((key) => key.includes(name)) && 'unique',
    table.foreign_keys.some((key) => key.columns.includes(name)) && 'reference',
    table.indexes?.some((it) => it.keys[0]?.split(' ')[0] === name) && 'indexed'].filter(Boolean).join(', ');
  return wide('Columns', h('table', { class: 'small-table' },
    h('thead', {}, h('tr', {}, ['column', 'type', 'null', 'keys', 'default'].map((it) => h('th', { scope: 'col' }, it)))),
    h('tbody', {}, table.columns.map((it) => h('tr', {}, h('th', { scope: 'row' }, h('code', {}, it.name)), h('td', {}, it.type), h('td', {}, it.not_null ? 'no' : 'yes'),
      h('td', {}, keysOf(it.name)), h('td', {}, it.default ? h('code', {}, it.default) : ''))))));
};

const policyBox = (policy) => h('div', { class: 'policy' },
  h('p', {}, h('strong', {}, policy.name), ` for ${policy.command} to ${policy.roles.join(', ')}${policy.permissive ? '' : ' (restrictive)'} `, placeLine(policy.place)),
  policy.using && h('pre', {}, h('code', {}, `using (${policy.using})`)),
  policy.check && h('pre', {}, h('code', {}, `with check (${policy.check})`)));

const kindName = { route: 'Way in', query: 'Query', table: 'Table', finding: 'Finding' };

// Fills the panel, or closes it.
const showDetails = (ref) => {
  const panel = $('details');
  panel.hidden = !ref;
  document.body.classList.toggle('with-details', Boolean(ref));
  if (!ref) {
    panel.replaceChildren();
    return;
  }
  const item = itemOf(ref);
  const kind = ref.side === 'table' ? item.kind : kindName[ref.side];
  panel.replaceChildren(
    h('div', { class: 'details-head' },
      h('p', { class: 'kind' }, kind),
      h('h2', { id: 'details-title', tabindex: '-1' }, ref.side === 'finding' ? prose(item.message) : nameOf(ref)),
      h('button', { type: 'button', class: 'plain close', 'aria-label': 'Close details', onclick: () => closeDetails() }, '×')),
    h('div', { class: 'details-body', tabindex: '0', role: 'group', 'aria-labelledby': 'details-title' }, details[ref.side](item).flat(Infinity).filter(Boolean)));
};
