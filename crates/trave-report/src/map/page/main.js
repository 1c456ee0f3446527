// The page as a whole: views, keys, the address, and drawing when something has changed.

const columns = SIDES.map((side) => new Column(side, (what, detail) => onColumn(side, what, detail)));
const columnOf = Object.fromEntries(columns.map((column) => [column.side, column]));
const stage = h('div', { class: 'columns' }, columns.map((column) => column.element));
let curves = null;
let hovered = null;
let frame = 0;
let printing = false;
let shownNow = null;

const schedule = () => {
  if (frame) return;
  frame = requestAnimationFrame(() => { frame = 0; paint(); });
};

const unite = (refs) => {
  const all = { route: new Set(), query: new Set(), table: new Set() };
  for (const ref of refs) for (const side of SIDES) connected(ref)[side].forEach((id) => all[side].add(id));
  return all;
};
const refsOf = (side, row) => row.item ? [{ side, id: row.item.id }] : row.members.map((it) => ({ side, id: it.id }));

const isOnMap = (ref) => Boolean(ref) && ref.side !== 'finding';

// What lights up: what the pointer is on, what is selected, or the row with the focus.
const cause = () => {
  if (hovered) return { row: hovered.row, side: hovered.side };
  const focused = columns.find((column) => column.scroller === document.activeElement);
  const row = focused?.activeRow() ?? null;
  const selected = isOnMap(state.selected) ? state.selected : null;
  return selected && (!row || focused.side === selected.side) ? { selected } : { row, side: focused?.side };
};
// Found anew only when the cause is another one: scrolling changes nothing of it.
let known = { cause: {}, lit: null };
const litNow = () => {
  const now = cause();
  if (now.row !== known.cause.row || now.selected !== known.cause.selected) {
    const { row, side, selected } = now;
    known = { cause: now, lit: selected ? connected(selected) : row ? unite(refsOf(side, row)) : null };
  }
  return { lit: known.lit, isSelection: Boolean(now.selected) };
};

// Draws what is in sight, cheaply: this runs at every scroll.
const paint = () => {
  if (state.view !== 'map') return;
  const { lit, isSelection } = litNow();
  // Beside a selection, only what belongs to it is there: nothing has to stand out.
  const look = { lit: isSelection ? null : lit, selected: state.selected, all: printing };
  columns.forEach((column) => column.draw(look));
  curves.draw(lit);
};

// Finds out what is shown: after a search, a filter, a selection.
const arrange = () => {
  const { shown, meant } = chosen();
  const focus = isOnMap(state.selected) ? connected(state.selected) : null;
  const seen = {};
  for (const column of columns) {
    const isOwn = focus && state.selected.side === column.side;
    seen[column.side] = focus && !isOwn ? new Set([...focus[column.side]].filter((id) => shown[column.side].has(id))) : shown[column.side];
    const isFew = seen[column.side].size <= 80 && Boolean(focus || meant || FILTERS.some((name) => state[name]));
    column.fillRows(seen[column.side], meant?.[column.side], (focus && !isOwn) || isFew);
  }
  shownNow = seen;
  if (focus) reveal(columnOf[state.selected.side], state.selected.id);
  curves.measure();
  curves.link(seen);
  return { seen, meant };
};

const reveal = (column, id) => {
  const item = lists[column.side][id];
  const group = [...GROUPS[column.side]].find((it) => it[1].includes(item))[0];
  if (column.activeKey !== `item ${id}` || column.index() < 0) {
    column.activeKey = `item ${id}`;
    if (column.index() < 0 && !column.open.has(group)) {
      column.open.add(group);
      const { shown, meant } = chosen();
      column.fillRows(shown[column.side], meant?.[column.side], false);
    }
  }
  if (column.index() >= 0) column.reveal(column.index());
};

const summary = () => {
  const parts = [plural(shownNow.route.size, 'way', 'ways').concat(' in'), plural(shownNow.query.size, 'query', 'queries'), plural(shownNow.table.size, 'table')];
  return parts.join(', ');
};

// Draws everything anew.
const render = () => {
  for (const tab of document.querySelectorAll('[role=tab]')) {
    const isOpen = tab.dataset.view === state.view;
    tab.setAttribute('aria-selected', String(isOpen));
    tab.tabIndex = isOpen ? 0 : -1;
    $(`view-${tab.dataset.view}`).hidden = !isOpen;
  }
  document.body.dataset.view = state.view;
  showDetails(state.selected);
  let text;
  if (state.view === 'map') {
    arrange();
    text = summary();
    schedule();
  } else if (state.view === 'findings') text = plural(drawFindings(), 'finding');
  else if (state.view === 'access') text = plural(drawAccess(), 'table');
  else text = plural(drawDiagram(), 'table');
  const isFiltered = state.q || FILTERS.some((name) => state[name]);
  $('summary').replaceChildren(text, isFiltered ? ' ' : '', isFiltered ? h('button', { type: 'button', class: 'link', onclick: () => { clear(); $('search').focus(); } }, 'clear') : '');
  say(`${text} shown`);
  for (const name of FILTERS) {
    const select = $(`filter-${name}`);
    if (select) { select.value = state[name]; select.classList.toggle('used', Boolean(state[name])); }
  }
  if ($('search').value !== state.q) $('search').value = state.q;
};

const clear = () => {
  state.q = '';
  FILTERS.forEach((name) => { state[name] = ''; });
  write('replace');
  render();
};

// The address says what is shown.
const write = (how) => {
  const said = new URLSearchParams();
  if (state.view !== 'map') said.set('view', state.view);
  if (state.q) said.set('q', state.q);
  FILTERS.forEach((name) => state[name] && said.set(parameter(name), state[name]));
  if (state.selected) said.set(state.selected.side, itemOf(state.selected).key);
  const hash = `#${said}`;
  if (hash === location.hash || (hash === '#' && !location.hash)) return;
  try {
    history[how === 'push' ? 'pushState' : 'replaceState'](null, '', hash);
  } catch {
    // A frame without an address of its own: it shows the same, and cannot be sent on.
  }
};
const read = () => {
  const said = new URLSearchParams(location.hash.slice(1));
  const views = [...document.querySelectorAll('[role=tab]')].map((tab) => tab.dataset.view);
  state.view = views.includes(said.get('view')) ? said.get('view') : 'map';
  state.q = said.get('q') ?? '';
  FILTERS.forEach((name) => {
    const known = [...($(`filter-${name}`)?.options ?? [])].map((it) => it.value);
    const value = said.get(parameter(name)) ?? '';
    state[name] = known.includes(value) ? value : '';
  });
  state.selected = null;
  for (const side of [...SIDES, 'finding']) {
    const item = byKey[side].get(said.get(side) ?? '');
    if (item) state.selected = { side, id: item.id };
  }
};

const openDetails = (ref, view) => {
  state.selected = ref;
  if (view === 'map' && state.view === 'map' && ref.side !== 'finding') {
    // What was searched for may hide what somebody wants to see now.
    if (!chosen().shown[ref.side].has(ref.id)) { state.q = ''; FILTERS.forEach((name) => { state[name] = ''; }); }
  }
  state.view = view;
  hovered = null;
  write('push');
  render();
  $('details-title').focus({ preventScroll: true });
};
const closeDetails = () => {
  const last = state.selected;
  state.selected = null;
  write('push');
  render();
  if (state.view === 'map' && last && columnOf[last.side]) {
    reveal(columnOf[last.side], last.id);
    columnOf[last.side].scroller.focus({ preventScroll: true });
  } else if (state.view === 'diagram') view3.boxes.find((it) => it.id === last?.id)?.element.focus({ preventScroll: true });
  else $('main').focus({ preventScroll: true });
  schedule();
};

const onColumn = (side, what, detail) => {
  const column = columnOf[side];
  if (what === 'hover') {
    const isSame = hovered?.row === detail;
    hovered = detail ? { side, row: detail } : null;
    if (!isSame) schedule();
  } else if (what === 'select' || what === 'open') {
    openDetails({ side, id: detail.item.id }, 'map');
    if (what === 'select') column.scroller.focus({ preventScroll: true });
  } else if (what === 'groups') {
    arrange();
    schedule();
  } else if (what === 'beside') beside(side, detail);
  else {
    // Moving in the column of the selection moves the selection.
    const row = column.activeRow();
    if (what === 'active' && state.selected?.side === side && row?.item && row.item.id !== state.selected.id && document.activeElement === column.scroller) {
      state.selected = { side, id: row.item.id };
      write('replace');
      render();
    }
    schedule();
  }
};

// To the first row in the next column that belongs to this one.
const beside = (side, { row, step }) => {
  const next = columns[SIDES.indexOf(side) + step];
  if (!next || next.rows.length === 0) return;
  const near = unite(refsOf(side, row))[next.side];
  const at = next.rows.findIndex((it) => it.item ? near.has(it.item.id) : !it.isOpen && it.members.some((one) => near.has(one.id)));
  if (at >= 0) next.activate(at);
  next.scroller.focus({ preventScroll: true });
};

const THEMES = ['auto', 'light', 'dark'];
const setTheme = (theme) => {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  $('theme').textContent = `Theme: ${theme}`;
  try { localStorage.setItem('trave-map-theme', theme); } catch { /* No store: it lasts as long as the page. */ }
  curves?.readColours();
  schedule();
};
const nextTheme = () => setTheme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme ?? 'auto') + 1) % 3]);

const setView = (view) => {
  state.view = view;
  hovered = null;
  if (state.selected?.side === 'finding' && view === 'map') state.selected = null;
  write('push');
  render();
};

const onKey = (event) => {
  const isTyping = event.target.matches?.('input, select, textarea');
  if (event.key === 'Escape') {
    if ($('keys').open) return;
    if (state.selected) closeDetails();
    else if (state.q || FILTERS.some((name) => state[name])) clear();
    else if (isTyping) event.target.blur();
    return;
  }
  if (event.key === 'ArrowDown' && event.target === $('search') && state.view === 'map') {
    columns.find((column) => column.rows.length > 0)?.scroller.focus();
    event.preventDefault();
    return;
  }
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const views = [...document.querySelectorAll('[role=tab]')].map((tab) => tab.dataset.view);
  const acts = {
    '/': () => { $('search').focus(); $('search').select(); }, '?': () => $('keys').showModal(), t: nextTheme,
    f: () => setFilter('level', state.level ? '' : 'any'),
  };
  if (views[Number(event.key) - 1]) setView(views[Number(event.key) - 1]);
  else if (acts[event.key]) acts[event.key]();
  else return;
  event.preventDefault();
};
const setFilter = (name, value) => {
  state[name] = value;
  write('replace');
  render();
};

const build = () => {
  for (const name of FILTERS) {
    const [title, options] = optionsOf[name]();
    if (options.length < 1 || (options.length < 2 && name !== 'family')) continue;
    $('filters').append(h('label', {}, h('span', {}, title),
      h('select', { id: `filter-${name}`, onchange: (event) => setFilter(name, event.target.value) },
        h('option', { value: '' }, 'all'), options.map(([value, text]) => h('option', { value }, text)))));
  }
  const legend = [['plain-line read', 'reads'], ['plain-line write', 'writes'], ['plain-line call', 'calls a function']];
  $('view-map').append(stage, h('div', { class: 'map-legend' },
    legend.map(([kind, text]) => h('span', {}, h('i', { class: kind, 'aria-hidden': 'true' }), text)),
    [['yes', 'guarded'], ['claim', 'by a claim'], ['maybe', 'maybe'], ['no', 'open to anybody']].map(([kind, text]) =>
      h('span', {}, h('i', { class: 'guard', 'data-guarded': kind, 'aria-hidden': 'true' }), text)),
    [['true', 'row level security'], ['false', 'none, and served to anybody']].map(([kind, text]) => h('span', {}, h('i', { class: 'shield', 'data-rls': kind, 'aria-hidden': 'true' }), text)),
    h('span', { class: 'grow' }),
    h('span', {}, `${plural(data.coverage.files, 'file')}, ${data.coverage.queries_resolved} of ${plural(data.coverage.queries, 'query', 'queries')} resolved, ${data.coverage.statements_understood} of ${plural(data.coverage.statements, 'statement')} understood`)));
  curves = new Curves(stage, columns);
  for (const tab of document.querySelectorAll('[role=tab]')) {
    tab.addEventListener('click', () => setView(tab.dataset.view));
    tab.addEventListener('keydown', (event) => {
      const tabs = [...document.querySelectorAll('[role=tab]')];
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
      setView(next.dataset.view);
      next.focus();
      event.preventDefault();
    });
  }
  document.querySelector('[data-view=findings] .count').textContent = findings.length || '';
  $('theme').addEventListener('click', nextTheme);
  $('help').addEventListener('click', () => $('keys').showModal());
  let typing = 0;
  $('search').addEventListener('input', () => {
    state.q = $('search').value;
    cancelAnimationFrame(typing);
    typing = requestAnimationFrame(() => { write('replace'); render(); });
  });
  document.addEventListener('keydown', onKey);
  window.addEventListener('popstate', () => { read(); render(); });
  new ResizeObserver(() => { curves.measure(); schedule(); if (state.view === 'diagram') fit(); }).observe($('main'));
  window.addEventListener('beforeprint', () => { printing = true; paint(); });
  window.addEventListener('afterprint', () => { printing = false; paint(); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { curves.readColours(); schedule(); });
};

build();
let theme = 'auto';
try { theme = localStorage.getItem('trave-map-theme') ?? 'auto'; } catch { /* Where nothing is kept, the system decides. */ }
setTheme(THEMES.includes(theme) ? theme : 'auto');
read();
render();
