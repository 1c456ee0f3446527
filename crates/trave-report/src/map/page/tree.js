// A column: groups and their rows, of which only those in sight are elements.

const ROW_HEIGHT = 28;
// A column with more than this begins with its groups closed.
const OPEN_MAX = 60;
// A group of paths or tables larger than this is split by its next word.
const GROUP_MAX = 40;

// The words of a path; those of a procedure have points between them as well.
const segments = (route) => {
  const words = route.path.split('/').filter(Boolean).map((word) => `/${word}`);
  return route.kind === 'procedure' ? words.flatMap((word) => word.split(/(?=\.)/)) : words;
};

// Groups of paths by their first words, split further where a group is large. Those that would
// stand alone stay together under the words that they share.
const groupPaths = (list, depth, shared) => {
  const groups = new Map();
  for (const route of list) pushTo(groups, segments(route).slice(0, depth).join('') || '/', route);
  const [found, alone] = [[], []];
  for (const [name, members] of groups) {
    const longest = Math.max(...members.map((it) => segments(it).length));
    if (members.length === 1) alone.push(...members);
    else if (members.length > GROUP_MAX && longest > depth) found.push(...groupPaths(members, depth + 1, name));
    else found.push([name, members]);
  }
  if (alone.length > 0) found.push([shared, alone]);
  return found;
};

const routeGroups = () => {
  const byPath = routes.filter((it) => it.path.startsWith('/') && it.kind !== 'action');
  const groups = new Map();
  for (const [name, members] of groupPaths(byPath, 1, 'single paths')) {
    members.forEach((route) => pushTo(groups, name, route));
  }
  const names = { action: 'server actions', job: 'jobs', middleware: 'middleware', procedure: 'procedures' };
  for (const route of routes.filter((it) => !byPath.includes(it))) {
    pushTo(groups, names[route.kind] ?? route.kind, route);
  }
  return groups;
};

const queryGroups = () => {
  const groups = new Map();
  for (const query of queries) pushTo(groups, data.files[query.place[0]], query);
  return groups;
};

// Groups of tables by the first words of their names; those with few of their kind stay together.
const groupNames = (members, depth) => {
  const words = (table) => table.name.split(/(?<=[_.])|(?<=[a-z])(?=[A-Z])/);
  const begin = (table) => words(table).slice(0, depth).join('').replace(/[_.]$/, '').toLowerCase();
  const byBegin = new Map();
  for (const table of members) pushTo(byBegin, begin(table).replace(/s$/, ''), table);
  const [found, rest] = [[], []];
  for (const [name, some] of byBegin) {
    const isSplit = some.length > GROUP_MAX && some.every((table) => words(table).length > depth);
    if (isSplit) found.push(...groupNames(some, depth + 1));
    else if (some.length >= 3) found.push([`${name}…`, some]);
    else rest.push(...some);
  }
  if (rest.length > 0) found.push([found.length > 0 ? 'others' : 'all', rest]);
  return found;
};

const tableGroups = () => {
  const groups = new Map();
  for (const table of tables) {
    const root = severalRoots ? `${rootName(table.root)} · ` : '';
    let name = `${root}${table.schema}`;
    if (table.kind.includes('function')) name = `${root}functions`;
    if (table.kind === 'unknown table') name = `${root}not in the schema`;
    pushTo(groups, name, table);
  }
  const split = new Map();
  for (const [name, members] of groups) {
    if (members.length <= GROUP_MAX) {
      split.set(name, members);
      continue;
    }
    for (const [part, some] of groupNames(members, 1)) split.set(`${name} · ${part}`, some);
  }
  return split;
};

const sorted = (groups) => new Map([...groups].sort((a, b) => byText(a[0], b[0])));
// Files stand where the ways in that reach them stand, so that curves lie flat; the rest follows.
const alongside = (groups, ways) => {
  const at = new Map();
  for (const members of ways.values()) members.forEach((route) => at.set(route.id, at.size));
  const middle = (members) => {
    const all = members.flatMap((query) => query.routes).map((id) => at.get(id)).sort((a, b) => a - b);
    return all.length ? all[Math.floor(all.length / 2)] : Infinity;
  };
  const middles = new Map([...groups].map(([name, members]) => [name, middle(members)]));
  return new Map([...groups].sort((a, b) => {
    const [x, y] = [middles.get(a[0]), middles.get(b[0])];
    return x === y ? byText(a[0], b[0]) : x - y;
  }));
};
const WAYS = sorted(routeGroups());
const GROUPS = { route: WAYS, query: alongside(queryGroups(), WAYS), table: sorted(tableGroups()) };
const TITLES = { route: 'Ways in', query: 'Queries', table: 'Tables' };

// A path of which the part that its group has gives way first.
const pathName = (item, group) => {
  const [begin, rest] = item.path.startsWith(group) && '/.'.includes(item.path[group.length] ?? ' ') ? [group, item.path.slice(group.length)] : ['', item.path];
  return h('span', { class: 'name parted', title: item.title }, begin && h('span', { class: 'prefix' }, begin), h('span', { class: 'rest' }, rest));
};

const rowOf = {
  route: (item, group) => [
    guardMark(item.guarded),
    h('span', { class: 'method', 'data-method': methodOf(item) }, methodOf(item) === '*' ? 'ANY' : methodOf(item)),
    item.kind === 'action'
      ? h('span', { class: 'name', title: item.title }, item.method, h('small', {}, ` ${item.path}`))
      : pathName(item, group),
  ],
  query: (item) => [
    h('span', { class: 'operation', 'data-operation': operationOf(item) }, operationOf(item)),
    h('span', { class: 'name', title: place(item.place) }, queryName(item)),
    item.client === 'service' && h('span', { class: 'tag', title: 'sent with the service key' }, 'service'),
    item.unreached && h('span', { class: 'tag quiet' }, item.unreached),
  ],
  table: (item) => [
    h('span', { class: 'shield', 'data-rls': rlsOf(item), title: RLS[rlsOf(item)] }, hidden(RLS[rlsOf(item)])),
    h('span', { class: 'name', title: item.kind }, item.name),
    // What the heading of its group says already is not said again.
    KIND_TAGS[item.kind] && h('span', { class: 'tag quiet' }, KIND_TAGS[item.kind]),
    usage(item),
  ],
};
const KIND_TAGS = { view: 'view', 'materialized view': 'materialized', 'platform table': 'platform', 'unknown function': 'not in the schema' };
// Row level security that is off matters where an API serves the table to anybody.
const rlsOf = (table) => {
  if (table.rls === undefined || data.roots[table.root]?.dialect !== 'PostgreSQL') return 'unknown';
  if (table.rls) return 'true';
  return table.access?.served ? 'false' : 'off';
};
const RLS = { true: 'row level security is on, ', false: 'row level security is off, and the table is served, ', off: 'row level security is off, ', unknown: '' };
const usage = (table) => {
  const writes = table.queries.filter((id) => isWrite(queries[id])).length;
  const reads = table.queries.length - writes;
  const words = table.queries.length === 0 ? 'no query names it' : `${plural(reads, 'read')}, ${plural(writes, 'write')}`;
  if (table.kind.includes('function')) return h('span', { class: 'usage' }, plural(reads, 'call'));
  const short = [reads && `${reads}r`, writes && `${writes}w`].filter(Boolean).join(' ') || '–';
  return h('span', { class: 'usage', title: words }, h('span', { 'aria-hidden': 'true' }, short), hidden(` ${words}`));
};

class Column {
  constructor(side, onChange) {
    this.side = side;
    this.onChange = onChange;
    this.open = new Set(lists[side].length > OPEN_MAX ? [] : GROUPS[side].keys());
    this.rows = [];
    this.made = new Map();
    this.activeKey = null;
    this.count = h('span', { class: 'count' });
    this.toggle = h('button', { type: 'button', class: 'plain small' }, 'Open all');
    this.toggle.addEventListener('click', () => this.openAll());
    this.canvas = h('div', { class: 'rows', role: 'presentation' });
    this.scroller = h('div', { class: 'scroller', role: 'tree', tabindex: '0', 'aria-label': TITLES[side], id: `tree-${side}` }, this.canvas);
    this.empty = h('p', { class: 'empty' }, lists[side].length === 0 ? 'None were found.' : 'Nothing here matches.');
    this.element = h('section', { class: `column ${side}`, 'aria-label': TITLES[side] },
      h('div', { class: 'column-head' }, h('h2', {}, TITLES[side]), this.count, this.toggle),
      this.scroller, this.empty);
    this.listen();
  }

  listen() {
    this.scroller.addEventListener('scroll', () => this.onChange('scroll'), { passive: true });
    this.scroller.addEventListener('keydown', (event) => this.onKey(event));
    this.scroller.addEventListener('focus', () => {
      if (this.index() < 0 && this.rows.length > 0) this.activate(0);
      this.onChange('active');
    });
    this.scroller.addEventListener('blur', () => this.onChange('active'));
    this.canvas.addEventListener('mousemove', (event) => this.onChange('hover', this.rowAt(event)));
    this.canvas.addEventListener('mouseleave', () => this.onChange('hover', null));
    this.canvas.addEventListener('click', (event) => {
      const row = this.rowAt(event);
      if (!row) return;
      this.activeKey = row.key;
      if (row.item) this.onChange('select', row);
      else this.toggleGroup(row);
    });
  }

  rowAt(event) {
    const y = event.clientY - this.canvas.getBoundingClientRect().top;
    return this.rows[Math.floor(y / ROW_HEIGHT)] ?? null;
  }

  // The rows for what is shown; `whole` opens every group.
  fillRows(shown, meant, whole) {
    this.rows = [];
    this.rowOfItem = new Map();
    const groups = [...GROUPS[this.side]]
      .map(([name, members]) => [name, members.filter((it) => shown.has(it.id))])
      .filter((group) => group[1].length > 0);
    groups.forEach(([name, members], at) => {
      const isOpen = whole || this.open.has(name);
      this.rows.push({ key: `group ${name}`, group: name, members, isOpen, level: 1, at: at + 1, of: groups.length });
      members.forEach((item, place) => {
        this.rowOfItem.set(item.id, isOpen ? this.rows.length : this.rows.length - 1);
        if (isOpen) {
          this.rows.push({ key: `item ${item.id}`, item, in: name, isMeant: meant?.has(item.id), level: 2, at: place + 1, of: members.length });
        }
      });
      // Closed, all its members stand for the row of the group.
      if (!isOpen) members.forEach((item) => this.rowOfItem.set(item.id, this.rows.length - 1));
    });
    this.canvas.style.height = `${this.rows.length * ROW_HEIGHT}px`;
    const total = groups.reduce((sum, group) => sum + group[1].length, 0);
    this.count.textContent = total === lists[this.side].length ? String(total) : `${total} of ${lists[this.side].length}`;
    this.scroller.hidden = this.rows.length === 0;
    this.empty.hidden = this.rows.length > 0;
    const areOpen = groups.every(([name]) => this.open.has(name));
    this.toggle.textContent = areOpen ? 'Close all' : 'Open all';
    this.toggle.setAttribute('aria-label', `${this.toggle.textContent} groups of ${TITLES[this.side].toLowerCase()}`);
    this.toggle.hidden = whole || groups.length === 0;
  }

  openAll() {
    const names = this.rows.filter((row) => row.group).map((row) => row.group);
    const areOpen = names.every((name) => this.open.has(name));
    names.forEach((name) => areOpen ? this.open.delete(name) : this.open.add(name));
    this.onChange('groups');
  }

  toggleGroup(row) {
    if (this.open.has(row.group)) this.open.delete(row.group);
    else this.open.add(row.group);
    this.onChange('groups');
  }

  index() { return this.rows.findIndex((row) => row.key === this.activeKey); }
  activeRow() { return this.rows[this.index()] ?? null; }

  activate(index) {
    const row = this.rows[Math.max(0, Math.min(index, this.rows.length - 1))];
    if (!row) return;
    this.activeKey = row.key;
    this.reveal(this.rows.indexOf(row));
    this.onChange('active');
  }

  reveal(index) {
    const top = index * ROW_HEIGHT;
    const { scrollTop, clientHeight } = this.scroller;
    // One step out of sight scrolls by a step; what is farther away comes to the middle.
    if (top < scrollTop - ROW_HEIGHT || top > scrollTop + clientHeight) this.scroller.scrollTop = top - clientHeight / 2;
    else if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + ROW_HEIGHT > scrollTop + clientHeight) this.scroller.scrollTop = top + ROW_HEIGHT - clientHeight;
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [at, row] = [this.index(), this.activeRow()];
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / ROW_HEIGHT) - 1);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.rows.length - 1, PageDown: at + page, PageUp: at - page };
    if (event.key in moves) this.activate(moves[event.key]);
    else if (!row) return;
    else if (event.key === 'Enter' || event.key === ' ') {
      if (row.item) this.onChange('open', row);
      else this.toggleGroup(row);
    } else if (event.key === 'ArrowRight') this.right(row);
    else if (event.key === 'ArrowLeft') this.left(row, at);
    else return;
    event.preventDefault();
  }

  right(row) {
    if (row.group && !row.isOpen) this.toggleGroup(row);
    else this.onChange('beside', { row, step: 1 });
  }

  left(row, at) {
    if (row.group && row.isOpen && this.open.has(row.group)) this.toggleGroup(row);
    else if (this.side !== 'route') this.onChange('beside', { row, step: -1 });
    else if (row.item) this.activate(this.rows.findLastIndex((it, place) => place < at && it.group));
  }

  // Makes the elements of the rows in sight.
  draw(look) {
    const { scrollTop, clientHeight } = this.scroller;
    const height = look.all ? this.rows.length * ROW_HEIGHT : clientHeight;
    const first = look.all ? 0 : Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - 4);
    const last = Math.min(this.rows.length, Math.ceil((scrollTop + height) / ROW_HEIGHT) + 4);
    const active = this.index();
    const wanted = new Set();
    for (let at = first; at < last; at += 1) wanted.add(at);
    // What has the focus is there, in sight or not.
    if (active >= 0) wanted.add(active);
    this.keep(wanted, [this.rows, active, look.lit, look.selected]);
    for (const at of [...wanted].sort((a, b) => b - a)) {
      if (this.made.has(at)) continue;
      const element = this.rowElement(at, at === active, look);
      this.canvas.insertBefore(element, this.made.get(at + 1) ?? null);
      this.made.set(at, element);
    }
    if (active >= 0) this.scroller.setAttribute('aria-activedescendant', `${this.side}-${active}`);
    else this.scroller.removeAttribute('aria-activedescendant');
  }

  // Keeps the elements that are still wanted, as long as they still look the same.
  keep(wanted, looks) {
    const isSame = this.looks?.every((it, at) => it === looks[at]);
    this.looks = looks;
    for (const [at, element] of this.made) {
      if (isSame && wanted.has(at)) continue;
      element.remove();
      this.made.delete(at);
    }
  }

  rowElement(at, isActive, look) {
    const row = this.rows[at];
    const isSelected = row.item && look.selected?.side === this.side && look.selected.id === row.item.id;
    const isLit = look.lit && (row.item ? look.lit[this.side].has(row.item.id)
      : row.members.some((it) => look.lit[this.side].has(it.id)));
    const classes = ['row', row.group ? 'group' : 'item', isActive && 'active', isSelected && 'selected',
      row.isMeant && 'meant', look.lit && (isLit ? 'lit' : 'dim')].filter(Boolean).join(' ');
    const inside = row.group
      ? [h('span', { class: 'twist', 'aria-hidden': 'true' }), h('span', { class: 'name', title: row.group }, h('bdi', {}, row.group)),
        h('span', { class: 'size' }, String(row.members.length)), row.isOpen ? null : count(unique(row.members.flatMap((it) => it.findings)))]
      : [...rowOf[this.side](row.item, row.in), count(row.item.findings)];
    const element = h('div', {
      class: classes, id: `${this.side}-${at}`, role: 'treeitem', 'aria-level': row.level,
      'aria-posinset': row.at, 'aria-setsize': row.of, 'aria-selected': row.item ? String(Boolean(isSelected)) : null,
      'aria-expanded': row.group ? String(row.isOpen) : null,
    }, inside);
    element.style.top = `${at * ROW_HEIGHT}px`;
    return element;
  }
}
