// What is shown: the search, the filters, and what they leave of each column.

const state = {
  view: 'map', q: '', method: '', guarded: '', level: '', family: '', operation: '', table: '', root: '',
  selected: null, active: null,
};
const FILTERS = ['method', 'guarded', 'operation', 'table', 'level', 'family', 'root'];
// What each is called in addresses, where `table` is the one that is selected.
const parameter = (name) => (name === 'table' ? 'touches' : name);

// People call a loader by what it loads.
const KINDS = { action: 'action', job: 'job', loader: 'page', middleware: 'middleware', procedure: 'call' };
const methodOf = (route) => KINDS[route.kind] ?? route.method.toUpperCase();

const optionsOf = {
  method: () => ['Method', unique(routes.map(methodOf)).sort().map((it) => [it, it === '*' ? 'any' : it])],
  guarded: () => ['Guarded', [['open', 'no, or by a claim'], ['no', 'no'], ['claim', 'by a claim only'],
    ['maybe', 'maybe'], ['before', 'by what runs before'], ['yes', 'yes']]],
  operation: () => ['Operation', OPERATIONS.filter((it) => queries.some((query) => operationOf(query) === it))
    .map((it) => [it, it])],
  table: () => ['Table', tables.filter((it) => it.queries.length).map((it) => [it.key, severalRoots ? it.key : tableName(it)])
    .sort((a, b) => byText(a[1], b[1]))],
  level: () => ['Findings', findings.length === 0 ? [] : [['any', 'only with findings'], ['error', 'only errors'],
    ['warning', 'warnings and errors']]],
  family: () => ['Rules', unique(findings.map((it) => it.family)).sort().map((it) => [it, it])],
  root: () => ['Schema in', severalRoots ? data.roots.map((it, id) => [String(id), it.folder || '.']) : []],
};

const hasLevel = (finding) => {
  if (state.level === 'error') return finding.level === 'error';
  return state.level !== 'warning' || finding.level !== 'info';
};
const isWanted = (finding) => hasLevel(finding) && (!state.family || finding.family === state.family);

const guardFits = (route) => {
  if (!state.guarded) return true;
  return state.guarded === 'open' ? ['no', 'claim'].includes(route.guarded) : route.guarded === state.guarded;
};

const words = () => state.q.toLowerCase().split(/\s+/).filter(Boolean);
const hasWords = (item, asked) => asked.every((word) => item.words.includes(word));

// The ids of each side that stay, and those that were meant themselves.
const chosen = () => {
  const asked = words();
  const routeFilter = Boolean(state.method || state.guarded);
  const tableFilter = Boolean(state.table || state.root);
  const queryFilter = Boolean(state.operation);
  const pass = (list, test) => new Set(list.filter(test).map((it) => it.id));
  const inRoot = (table) => !state.root || String(table.root) === state.root;
  const table0 = pass(tables, (it) => inRoot(it) && (!state.table || it.key === state.table));
  const route0 = pass(routes, (it) => (!state.method || methodOf(it) === state.method) && guardFits(it));
  const query0 = pass(queries, (it) => (!state.operation || operationOf(it) === state.operation)
    && (!routeFilter || it.routes.some((id) => route0.has(id)))
    && (!tableFilter || it.tables.some((id) => table0.has(id))));
  const left = {
    query: query0,
    route: pass(routes, (it) => route0.has(it.id)
      && (!(queryFilter || tableFilter) || it.queries.some((id) => query0.has(id)))),
    table: pass(tables, (it) => table0.has(it.id)
      && (!(queryFilter || routeFilter) || it.queries.some((id) => query0.has(id)))),
  };
  if (asked.length === 0 && !state.level && !state.family) return { shown: left, meant: null };
  return around(left, asked);
};

// What was meant, with everything on the same ways.
const around = (left, asked) => {
  const wantsFinding = state.level || state.family;
  const isMeant = (item) => hasWords(item, asked)
    && (!wantsFinding || item.findings.some((id) => isWanted(findings[id])));
  const meant = {};
  for (const side of SIDES) {
    meant[side] = new Set([...left[side]].filter((id) => isMeant(lists[side][id])));
  }
  const shown = { route: new Set(meant.route), query: new Set(meant.query), table: new Set(meant.table) };
  const add = (side, ids) => ids.forEach((id) => left[side].has(id) && shown[side].add(id));
  for (const id of meant.query) {
    add('route', queries[id].routes);
    add('table', queries[id].tables);
  }
  for (const id of meant.route) {
    add('query', routes[id].queries);
    routes[id].queries.forEach((query) => add('table', queries[query].tables));
  }
  for (const id of meant.table) {
    add('query', tables[id].queries);
    tables[id].queries.forEach((query) => add('route', queries[query].routes));
  }
  return { shown, meant };
};

const shownFindings = () => {
  const asked = words();
  const inRoot = (finding) => !state.root || finding.tables.length === 0
    || finding.tables.some((id) => String(tables[id].root) === state.root);
  const atTable = (finding) => !state.table || finding.tables.some((id) => tables[id].key === state.table)
    || finding.queries.some((id) => queries[id].tables.some((it) => tables[it].key === state.table));
  const allRoutes = (finding) => [...finding.routes, ...finding.queries.flatMap((id) => queries[id].routes)];
  const atRoute = (finding) => (!state.method && !state.guarded) || allRoutes(finding).some((id) =>
    (!state.method || methodOf(routes[id]) === state.method) && guardFits(routes[id]));
  const atQuery = (finding) => !state.operation
    || finding.queries.some((id) => operationOf(queries[id]) === state.operation);
  return findings.filter((it) => isWanted(it) && hasWords(it, asked) && inRoot(it) && atTable(it)
    && atRoute(it) && atQuery(it));
};

// Everything on the ways that lead through something.
const connected = (ref) => {
  const found = { route: new Set(), query: new Set(), table: new Set() };
  const item = itemOf(ref);
  found[ref.side].add(ref.id);
  if (ref.side === 'route') item.queries.forEach((id) => found.query.add(id));
  if (ref.side === 'table') item.queries.forEach((id) => found.query.add(id));
  if (ref.side === 'query') found.query.add(ref.id);
  for (const id of found.query) {
    if (ref.side !== 'route') queries[id].routes.forEach((it) => found.route.add(it));
    if (ref.side !== 'table') queries[id].tables.forEach((it) => found.table.add(it));
  }
  return found;
};
