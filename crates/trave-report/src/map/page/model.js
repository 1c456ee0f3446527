// What the island holds, who belongs to whom, and what each thing is called in addresses.

const data = JSON.parse(document.getElementById('island').textContent);
const LEVELS = ['error', 'warning', 'info'];
const SIDES = ['route', 'query', 'table'];
const { routes, queries, tables, findings } = data;

const pushTo = (map, key, value) => {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
};
const unique = (list) => [...new Set(list)];
const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const place = ([file, line]) => `${data.prefix}${data.files[file]}:${line}`;
const tableName = (table) =>
  table.schema === 'public' ? table.name : `${table.schema}.${table.name}`;
const operationOf = (query) => query.operation ?? 'unknown';
const isWrite = (query) => ['insert', 'upsert', 'update', 'delete'].includes(query.operation);
const queryName = (query) => {
  const by = unique(query.filters.map((filter) => filter.column));
  const words = query.operation === 'insert' || by.length === 0 ? '' : ` by ${by.join(', ')}`;
  return `${query.name ?? '?'}${words}`;
};

// Routes know their queries, queries their routes and tables, tables their queries.
for (const route of routes) {
  route.queries = unique(route.steps.filter((step) => step.query).map((step) => step.query.id));
}
for (const query of queries) {
  query.routes = [];
  query.tables = unique([query.table, ...(query.beside ?? [])].filter((id) => id !== null));
}
for (const table of tables) {
  table.queries = [];
  table.columns ??= [];
  table.foreign_keys ??= [];
  table.policies ??= [];
  table.referredBy = [];
}
routes.forEach((route, id) => route.queries.forEach((query) => queries[query].routes.push(id)));
queries.forEach((query, id) => query.tables.forEach((table) => tables[table].queries.push(id)));
tables.forEach((table, id) => {
  for (const key of table.foreign_keys) {
    if (key.table !== null) tables[key.table].referredBy.push({ table: id, key });
  }
});

// Findings belong to what they name; a way in has those of its queries as well.
const own = { route: routes.map(() => []), query: queries.map(() => []), table: tables.map(() => []) };
findings.forEach((finding, id) => {
  finding.family = finding.rule.split('/')[0];
  finding.routes.forEach((it) => own.route[it].push(id));
  finding.queries.forEach((it) => own.query[it].push(id));
  finding.tables.forEach((it) => own.table[it].push(id));
});
routes.forEach((route, id) => {
  route.findings = unique([...own.route[id], ...route.queries.flatMap((it) => own.query[it])]);
});
queries.forEach((query, id) => { query.findings = own.query[id]; });
tables.forEach((table, id) => { table.findings = own.table[id]; });
const worst = (ids) => {
  const at = Math.min(...ids.map((id) => LEVELS.indexOf(findings[id].level)));
  return LEVELS[at] ?? 'info';
};

// Names for addresses: those of the project, numbered where two things share one.
const named = (list, name) => {
  const seen = new Map();
  list.forEach((item, id) => {
    const text = name(item);
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    item.id = id;
    item.key = count === 1 ? text : `${text}~${count}`;
  });
  return new Map(list.map((item) => [item.key, item]));
};
const severalRoots = new Set(tables.map((table) => table.root)).size > 1;
const rootName = (root) => (root === null ? 'no schema' : data.roots[root].folder || '.');
const byKey = {
  route: named(routes, (it) => `${it.method} ${it.path}`),
  query: named(queries, (it) => place(it.place)),
  table: named(tables, (it) => `${severalRoots ? `${rootName(it.root)}:` : ''}${it.schema}.${it.name}`),
  finding: named(findings, (it) => it.fingerprint),
};
const lists = { route: routes, query: queries, table: tables, finding: findings };
const itemOf = (ref) => (ref ? lists[ref.side][ref.id] : undefined);
const sameRef = (a, b) => a?.side === b?.side && a?.id === b?.id;

const OPERATIONS = ['select', 'insert', 'upsert', 'update', 'delete', 'call', 'unknown'];
const nameOf = (ref) => {
  const item = itemOf(ref);
  if (ref.side === 'route') return item.title;
  if (ref.side === 'query') return `${operationOf(item)} ${queryName(item)}`;
  return ref.side === 'table' ? tableName(item) : item.message;
};

// What a search looks at, in small letters.
for (const item of routes) {
  item.words = `${item.title} ${item.method} ${item.path} ${item.kind} ${item.framework} ${place(item.place)}`.toLowerCase();
}
for (const item of queries) {
  const columns = item.filters.map((filter) => filter.column).join(' ');
  item.words = `${operationOf(item)} ${item.name ?? ''} ${columns} ${item.client} ${item.library} ${place(item.place)}`.toLowerCase();
}
for (const item of tables) {
  item.words = `${item.schema}.${item.name} ${item.kind} ${item.columns.map((it) => it.name).join(' ')}`.toLowerCase();
}
for (const item of findings) {
  item.words = `${item.rule} ${item.level} ${item.message} ${item.places.map((it) => place(it.place)).join(' ')}`.toLowerCase();
}
