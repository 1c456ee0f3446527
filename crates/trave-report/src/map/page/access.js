// Who reaches which rows: roles against tables.

const COMMANDS = ['select', 'insert', 'update', 'delete'];
const CELL = {
  all: 'every row', some: 'the rows that policies admit', none: 'no row: row level security is on and no policy admits one',
  denied: 'permission denied', unknown: 'not known', 'as reader': 'what the tables behind it show the role',
};
const cellTitle = (cell) => (cell.why ? `every row: ${cell.why}` : CELL[cell.rows]);

const cellElement = (table, role, command, cell) => {
  const named = (cell.policies ?? []).map((id) => table.policies[id].name);
  const title = `${cellTitle(cell)}${named.length ? `: ${named.join(', ')}` : ''}`;
  // That a role passes the policies by is what it is for: it does not stand out.
  const isMeant = cell.why?.startsWith('the role bypasses');
  return h('td', { class: `cell ${isMeant ? 'bypass' : cell.rows.replace(' ', '-')}`, title },
    cell.rows, hidden(` — ${role} ${command}: ${title}`));
};

// The lines of one table, for the details.
const accessOf = (table) => wide('Who reaches which rows', h('table', { class: 'matrix small-table' },
  h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'role'), COMMANDS.map((it) => h('th', { scope: 'col' }, it)))),
  h('tbody', {}, table.access.cells.map((line, at) => h('tr', {}, h('th', { scope: 'row' }, data.roots[table.root].roles[at]),
    line.map((cell, command) => cellElement(table, data.roots[table.root].roles[at], COMMANDS[command], cell)))))));

const rootTable = (root, shown) => {
  const roles = data.roots[root].roles;
  const name = data.roots[root].folder || 'this folder';
  return [
    h('p', { class: 'quiet' }, 'What the migrations of ', h('code', {}, name), ' leave behind.',
      data.roots[root].exposed ? '' : ' No data API serves them: roles other than the server’s own come from grants and policies only.'),
    h('div', { class: 'matrix-frame', tabindex: '0', role: 'region', 'aria-label': `Access matrix of ${name}` },
      h('table', { class: 'matrix' },
        h('thead', {},
          h('tr', {}, h('th', { scope: 'col', rowspan: 2 }, 'table'), roles.map((role) => h('th', { scope: 'colgroup', colspan: 4, class: 'role' }, role))),
          h('tr', {}, roles.map(() => COMMANDS.map((it) => h('th', { scope: 'col', class: 'command' }, it))))),
        h('tbody', {}, shown.map((table) => h('tr', {},
          h('th', { scope: 'row' }, linkInPlace(table), !table.access.served && data.roots[root].exposed && h('small', {}, ' not served'), ' ', count(table.findings)),
          table.access.cells.map((line, role) => line.map((cell, command) =>
            cellElement(table, roles[role], COMMANDS[command], cell)))))))),
  ];
};
const linkInPlace = (table) => h('button', { type: 'button', class: 'link', onclick: () => go({ side: 'table', id: table.id }, 'access') }, tableName(table));

const drawAccess = () => {
  const { shown } = chosen();
  const asked = words();
  const isMeant = (table) => table.access && shown.table.has(table.id)
    && (asked.length === 0 || hasWords(table, asked) || table.policies.some((it) => asked.every((word) => it.name.toLowerCase().includes(word))));
  const kept = tables.filter(isMeant);
  const roots = unique(kept.map((table) => table.root));
  const nothing = tables.some((table) => table.access) ? 'No table matches.'
    : 'No migration in SQL says who may see which row: schemas that are declared in TypeScript or Prisma hold no grants and no policies.';
  const legend = h('dl', { class: 'legend' }, Object.entries(CELL).map(([word, what]) =>
    h('div', {}, h('dt', { class: `cell ${word.replace(' ', '-')}` }, word), h('dd', {}, what))));
  $('view-access').replaceChildren(h('div', { class: 'page wide-page' },
    roots.length > 0 ? [h('h2', {}, 'Who reaches which rows'), legend, roots.map((root) => rootTable(root, kept.filter((it) => it.root === root)))]
      : h('p', { class: 'empty-page' }, nothing)));
  return kept.length;
};
