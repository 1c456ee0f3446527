// The diagram of what refers to what. Tables are laid out by the same rules every time: those that
// are referred to stand left of those that refer to them, and what belongs together stands together.

const BOX = { height: 34, gap: 14, between: 74, line: 18, columns: 14 };
// A table that so many refer to would tie everything to everything: its references are told by name.
const HUB_MIN = 7;
const CLUSTER_MAX = 26;

const view3 = { root: null, whole: true, scale: 1, x: 0, y: 0, boxes: [], active: null };

const widthOf = (text, size) => Math.max(118, Math.round(text.length * size) + 34);

// What refers to what among some tables, each pair once, a table to itself left out.
const referencesAmong = (ids) => {
  const among = new Set(ids);
  const pairs = new Map();
  for (const id of ids) {
    for (const key of tables[id].foreign_keys) {
      if (key.table === null || key.table === id || !among.has(key.table)) continue;
      const name = `${id} ${key.table}`;
      const pair = pairs.get(name) ?? { from: id, to: key.table, keys: [] };
      pair.keys.push(key);
      pairs.set(name, pair);
    }
  }
  return [...pairs.values()];
};

const neighboursIn = (ids, pairs) => {
  const near = new Map(ids.map((id) => [id, []]));
  for (const { from, to } of pairs) {
    near.get(from).push(to);
    near.get(to).push(from);
  }
  return near;
};

const components = (ids, near) => {
  const seen = new Set();
  const found = [];
  for (const start of ids) {
    if (seen.has(start)) continue;
    const part = [];
    const waiting = [start];
    seen.add(start);
    while (waiting.length > 0) {
      const id = waiting.pop();
      part.push(id);
      for (const other of near.get(id)) if (!seen.has(other)) { seen.add(other); waiting.push(other); }
    }
    found.push(part.sort((a, b) => a - b));
  }
  return found;
};

// Parts of a large component: each table joins the group that most of its neighbours are in.
const communities = (ids, near) => {
  const group = new Map(ids.map((id) => [id, id]));
  for (let round = 0; round < 12; round += 1) {
    let moved = false;
    for (const id of ids) {
      const votes = new Map();
      for (const other of near.get(id)) votes.set(group.get(other), (votes.get(group.get(other)) ?? 0) + 1);
      const best = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0];
      if (best && best[0] !== group.get(id) && best[1] > (votes.get(group.get(id)) ?? 0)) {
        group.set(id, best[0]);
        moved = true;
      }
    }
    if (!moved) break;
  }
  const found = new Map();
  for (const id of ids) pushTo(found, group.get(id), id);
  return [...found.values()];
};

// The layer of each table: one more than that of the tables it refers to.
const layersOf = (ids, pairs) => {
  const to = new Map(ids.map((id) => [id, []]));
  for (const pair of pairs) to.get(pair.from).push(pair.to);
  const layer = new Map();
  const visiting = new Set();
  const visit = (id) => {
    if (layer.has(id)) return layer.get(id);
    // A circle is cut where it closes.
    if (visiting.has(id)) return -1;
    visiting.add(id);
    const depth = Math.max(-1, ...to.get(id).map(visit)) + 1;
    visiting.delete(id);
    layer.set(id, depth);
    return depth;
  };
  ids.forEach(visit);
  const layers = [];
  for (const id of ids) (layers[layer.get(id)] ??= []).push(id);
  return layers.filter(Boolean);
};

// Neighbours close to each other: each layer is sorted by the middle of what it is tied to.
const untangle = (layers, near) => {
  const at = new Map();
  const number = (layer) => layer.forEach((id, place) => at.set(id, place / Math.max(1, layer.length - 1)));
  layers.forEach(number);
  for (let sweep = 0; sweep < 8; sweep += 1) {
    const order = sweep % 2 ? [...layers].reverse() : layers;
    for (const layer of order) {
      const middle = new Map(layer.map((id) => {
        const others = near.get(id);
        return [id, others.length ? others.reduce((sum, it) => sum + at.get(it), 0) / others.length : at.get(id)];
      }));
      layer.sort((a, b) => middle.get(a) - middle.get(b) || a - b);
      number(layer);
    }
  }
};

const boxHeight = (id, isFull) => {
  if (!isFull) return BOX.height;
  const shown = Math.min(tables[id].columns.length, BOX.columns);
  return BOX.height + shown * BOX.line + (tables[id].columns.length > shown ? BOX.line : 0) + 6;
};
const boxWidth = (id, isFull) => {
  const table = tables[id];
  const title = widthOf(tableName(table), 7.8);
  if (!isFull) return title;
  const lines = keyColumns(table).map((it) => widthOf(`${it.name} ${it.type}?`, 7.25) - 6);
  return Math.max(title, ...lines);
};
const keyColumns = (table) => {
  const isKey = (it) => table.primary_key?.includes(it.name) || table.foreign_keys.some((key) => key.columns.includes(it.name));
  return [...table.columns.filter(isKey), ...table.columns.filter((it) => !isKey(it))].slice(0, BOX.columns);
};

// Layers from left to right; one that is too tall goes on in a column beside it.
const placeLayers = (layers, tallest, isFull, between = BOX.between) => {
  const columns = [];
  for (const layer of layers) {
    let column = [];
    let height = 0;
    for (const id of layer) {
      const own = boxHeight(id, isFull(id)) + BOX.gap;
      if (column.length > 0 && height + own > tallest) {
        columns.push(column);
        [column, height] = [[], 0];
      }
      column.push(id);
      height += own;
    }
    columns.push(column);
  }
  const heights = columns.map((column) => column.reduce((sum, id) => sum + boxHeight(id, isFull(id)) + BOX.gap, -BOX.gap));
  const height = Math.max(...heights);
  const boxes = [];
  let x = 0;
  columns.forEach((column, at) => {
    const width = Math.max(...column.map((id) => boxWidth(id, isFull(id))));
    // Without curves between them, columns begin at the top like those of a list.
    let y = between < BOX.between ? 0 : (height - heights[at]) / 2;
    for (const id of column) {
      const own = { id, x, y, width, height: boxHeight(id, isFull(id)), full: isFull(id) };
      boxes.push(own);
      y += own.height + BOX.gap;
    }
    x += width + between;
  });
  return { boxes, width: x - between, height };
};

const clusterTitle = (ids, near) => {
  const most = [...ids].sort((a, b) => near.get(b).length - near.get(a).length || a - b)[0];
  return `around ${tableName(tables[most])}`;
};

// Frames side by side in rows, wide screens in mind.
const pack = (clusters) => {
  const area = clusters.reduce((sum, it) => sum + (it.width + 60) * (it.height + 80), 0);
  const wide = Math.max(Math.sqrt(area * 2.5), ...clusters.map((it) => it.width));
  let [x, y, tallest] = [0, 0, 0];
  for (const cluster of clusters) {
    if (x > 0 && x + cluster.width > wide) {
      [x, y, tallest] = [0, y + tallest + 88, 0];
    }
    Object.assign(cluster, { x, y });
    for (const box of cluster.boxes) { box.x += x; box.y += y; }
    x += cluster.width + 64;
    tallest = Math.max(tallest, cluster.height);
  }
};

const wholeLayout = (ids) => {
  const all = referencesAmong(ids);
  const referred = new Map();
  for (const pair of all) referred.set(pair.to, (referred.get(pair.to) ?? 0) + 1);
  const hubs = new Set([...referred].filter((it) => it[1] >= Math.max(HUB_MIN, ids.length * 0.1)).map((it) => it[0]));
  const rest = ids.filter((id) => !hubs.has(id));
  const pairs = all.filter((pair) => !hubs.has(pair.to) && !hubs.has(pair.from));
  const near = neighboursIn(rest, pairs);
  const parts = components(rest, near).flatMap((part) => part.length > CLUSTER_MAX ? communities(part, near) : [part]);
  const single = parts.filter((part) => part.length === 1).flat();
  const compact = () => false;
  const layOut = (part, title) => {
    const inside = pairs.filter((pair) => part.includes(pair.from) && part.includes(pair.to));
    const own = neighboursIn(part, inside);
    const layers = layersOf(part, inside);
    untangle(layers, own);
    return { title, ...placeLayers(layers, 560, compact) };
  };
  const clusters = parts.filter((part) => part.length > 1)
    .sort((a, b) => b.length - a.length || a[0] - b[0])
    .map((part) => layOut(part, clusterTitle(part, near)));
  const grid = (part, title) => {
    const rows = Math.max(1, Math.ceil(Math.sqrt(part.length * 1.6)));
    const layers = [];
    part.forEach((id, at) => (layers[Math.floor(at / rows)] ??= []).push(id));
    return { title, ...placeLayers(layers, Infinity, compact, 20) };
  };
  if (hubs.size > 0) clusters.unshift(grid([...hubs].sort((a, b) => referred.get(b) - referred.get(a)), 'referred to by many'));
  const lone = single.filter((id) => !all.some((pair) => pair.from === id || pair.to === id));
  const onlyHubs = single.filter((id) => !lone.includes(id));
  if (onlyHubs.length > 0) clusters.push(grid(onlyHubs, 'tied to those only'));
  if (lone.length > 0) clusters.push(grid(lone, 'without references'));
  pack(clusters);
  return { clusters, boxes: clusters.flatMap((it) => it.boxes), pairs: all, hubs };
};

// One table with what it refers to on its left, and what refers to it on its right.
const nearLayout = (id) => {
  const table = tables[id];
  const left = unique(table.foreign_keys.map((key) => key.table).filter((it) => it !== null && it !== id));
  const right = unique(table.referredBy.map((it) => it.table).filter((it) => it !== id && !left.includes(it)));
  const isFull = (it) => it === id || left.length + right.length <= 14;
  const layers = [left, [id], right].filter((it) => it.length > 0);
  const placed = placeLayers(layers, 1200, isFull);
  const own = (pair) => pair.from === id || pair.to === id;
  return { clusters: [], boxes: placed.boxes, pairs: referencesAmong([id, ...left, ...right]).filter(own), hubs: new Set() };
};

const boxElement = (box, hubs) => {
  const table = tables[box.id];
  const titles = tableName(table);
  const refersTo = unique(table.foreign_keys.filter((key) => hubs.has(key.table)).map((key) => tableName(tables[key.table])));
  const found = table.findings.length;
  const lines = !box.full ? [] : keyColumns(table).map((it, at) => svg('text', { x: 12, y: BOX.height + 14 + at * BOX.line, class: 'column' },
    svg('tspan', { class: table.primary_key?.includes(it.name) ? 'key' : '' }, it.name), svg('tspan', { class: 'type' }, `  ${it.type}${it.not_null ? '' : '?'}`)));
  const more = box.full && table.columns.length > BOX.columns
    && svg('text', { x: 12, y: BOX.height + 14 + BOX.columns * BOX.line, class: 'column type' }, `and ${table.columns.length - BOX.columns} more`);
  const label = `${titles}, ${plural(table.columns.length, 'column')}, refers to ${plural(table.foreign_keys.length, 'table')}, referred to by ${table.referredBy.length}${found ? `, ${plural(found, 'finding')}` : ''}`;
  const element = svg('g', { class: `box ${table.own ? '' : 'foreign'}`, role: 'button', tabindex: '-1', 'aria-label': label, 'data-id': box.id },
    svg('title', {}, refersTo.length ? `${label}; refers to ${refersTo.join(', ')}` : label),
    svg('rect', { width: box.width, height: box.height, rx: 7 }),
    svg('text', { x: 12, y: 22, class: 'title' }, titles),
    refersTo.length > 0 && svg('circle', { cx: 0, cy: 17, r: 3.5, class: 'hub-mark' }),
    found > 0 && svg('circle', { cx: box.width - 12, cy: 17, r: 5, class: `found-mark ${worst(table.findings)}` }));
  box.element = element;
  // The columns are to look at; the details tell them to everybody.
  const inside = box.full && svg('g', { class: 'inside', 'aria-hidden': 'true' },
    svg('line', { x1: 0, x2: box.width, y1: BOX.height - 4, y2: BOX.height - 4, class: 'rule' }), lines, more || null);
  return svg('g', { transform: `translate(${box.x} ${box.y})` }, element, inside || null);
};

const edgeElement = (pair, boxOf, hubs) => {
  const [child, parent] = [boxOf.get(pair.from), boxOf.get(pair.to)];
  const isLeft = parent.x + parent.width <= child.x;
  const isRight = child.x + child.width <= parent.x;
  const from = [isRight ? child.x + child.width : child.x, child.y + 17];
  const to = [isLeft ? parent.x + parent.width : isRight ? parent.x : parent.x, parent.y + 17];
  const bend = isLeft || isRight ? Math.max(26, Math.abs(to[0] - from[0]) / 2) : 40;
  const c1 = from[0] + (isRight ? bend : -bend);
  const c2 = to[0] + (isLeft ? bend : -bend);
  const sideways = isRight ? 1 : -1;
  const one = pair.keys.every((key) => key.one);
  // Many at one end: the foot of a crow.
  const foot = one ? `M${from[0] + sideways * 7} ${from[1] - 5}v10` : `M${from[0]} ${from[1] - 5}l${sideways * 9} 5l${-sideways * 9} 5`;
  const isFar = hubs.has(pair.to) || hubs.has(pair.from) || boxOf.get(pair.from).cluster !== boxOf.get(pair.to).cluster;
  return svg('path', { class: `edge ${isFar ? 'far' : ''}`, d: `M${from}C${c1} ${from[1]} ${c2} ${to[1]} ${to}${foot}`, 'data-from': pair.from, 'data-to': pair.to });
};

const applyView = () => {
  view3.stage?.setAttribute('transform', `translate(${view3.x} ${view3.y}) scale(${view3.scale})`);
  // Titles stay readable from afar.
  const size = Math.min(30, Math.max(13, 11.5 / view3.scale));
  view3.stage?.style.setProperty('--title', `${size}px`);
  for (const { title, width, text } of view3.layout?.clusters ?? []) {
    const signs = Math.floor((width + 50) / (size * 0.58));
    text.textContent = title.length > signs ? `${title.slice(0, signs - 1)}…` : title;
  }
};
const bounds = () => {
  const frames = view3.layout.clusters.length ? view3.layout.clusters : view3.boxes;
  const right = Math.max(...frames.map((it) => it.x + it.width));
  const bottom = Math.max(...frames.map((it) => it.y + it.height));
  return { width: right, height: bottom };
};
const fit = () => {
  const frame = view3.frame.getBoundingClientRect();
  if (view3.boxes.length === 0 || frame.width === 0) return;
  const { width, height } = bounds();
  view3.scale = Math.max(0.08, Math.min(1.15, (frame.width - 60) / (width + 40), (frame.height - 60) / (height + 70)));
  view3.x = (frame.width - width * view3.scale) / 2;
  view3.y = (frame.height - (height - 24) * view3.scale) / 2;
  applyView();
};
const zoom = (factor, at) => {
  const frame = view3.frame.getBoundingClientRect();
  const [px, py] = at ?? [frame.width / 2, frame.height / 2];
  const scale = Math.max(0.08, Math.min(2.5, view3.scale * factor));
  view3.x = px - (px - view3.x) * (scale / view3.scale);
  view3.y = py - (py - view3.y) * (scale / view3.scale);
  view3.scale = scale;
  applyView();
};
const center = (box) => {
  const frame = view3.frame.getBoundingClientRect();
  const [x, y] = [view3.x + (box.x + box.width / 2) * view3.scale, view3.y + (box.y + box.height / 2) * view3.scale];
  const isOut = x < 60 || y < 40 || x > frame.width - 60 || y > frame.height - 40;
  if (!isOut) return;
  view3.x += frame.width / 2 - x;
  view3.y += frame.height / 2 - y;
  applyView();
};

const light = (id) => {
  const isNear = new Set([id]);
  for (const edge of view3.edges ?? []) {
    const [from, to] = [Number(edge.dataset.from), Number(edge.dataset.to)];
    const isLit = id !== null && (from === id || to === id);
    edge.classList.toggle('lit', isLit);
    if (isLit) { isNear.add(from); isNear.add(to); }
  }
  for (const box of view3.boxes) {
    box.element.classList.toggle('lit', id !== null && box.id === id);
    box.element.classList.toggle('near', id !== null && isNear.has(box.id) && box.id !== id);
  }
  view3.stage?.classList.toggle('with-lit', id !== null);
};

const activateBox = (box) => {
  for (const it of view3.boxes) it.element.setAttribute('tabindex', it === box ? '0' : '-1');
  view3.active = box.id;
};

// The nearest box in a direction.
const boxTowards = (from, key) => {
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  const middle = (box) => [box.x + box.width / 2, box.y + box.height / 2];
  const [x0, y0] = middle(from);
  let best = null;
  for (const box of view3.boxes) {
    const [x, y] = middle(box);
    const along = (x - x0) * dx + (y - y0) * dy;
    if (along <= 4) continue;
    const aside = Math.abs((x - x0) * dy) + Math.abs((y - y0) * dx);
    const far = along + aside * 2.5;
    if (!best || far < best.far) best = { box, far };
  }
  return best?.box;
};

const onDiagramKey = (event) => {
  const box = view3.boxes.find((it) => it.element === event.target);
  if (['+', '='].includes(event.key)) zoom(1.25);
  else if (event.key === '-') zoom(0.8);
  else if (event.key === '0') fit();
  else if (box && event.key.startsWith('Arrow')) {
    const next = boxTowards(box, event.key);
    if (next) { activateBox(next); center(next); next.element.focus({ preventScroll: true }); }
  } else if (box && (event.key === 'Enter' || event.key === ' ')) openDetails({ side: 'table', id: box.id }, 'diagram');
  else return;
  event.preventDefault();
  event.stopPropagation();
};

const onDrag = (svgElement) => {
  let from = null;
  let moved = false;
  svgElement.addEventListener('pointerdown', (event) => {
    from = [event.clientX - view3.x, event.clientY - view3.y, event.clientX, event.clientY];
    moved = false;
  });
  svgElement.addEventListener('pointermove', (event) => {
    if (!from) return;
    if (!moved && Math.hypot(event.clientX - from[2], event.clientY - from[3]) < 4) return;
    moved = true;
    [view3.x, view3.y] = [event.clientX - from[0], event.clientY - from[1]];
    applyView();
  });
  window.addEventListener('pointerup', () => { from = null; });
  svgElement.addEventListener('wheel', (event) => {
    event.preventDefault();
    const frame = view3.frame.getBoundingClientRect();
    if (event.ctrlKey || !event.shiftKey) zoom(Math.exp(-event.deltaY * 0.0016), [event.clientX - frame.left, event.clientY - frame.top]);
  }, { passive: false });
  svgElement.addEventListener('click', (event) => {
    const element = event.target.closest?.('.box');
    if (moved || !element) return;
    openDetails({ side: 'table', id: Number(element.dataset.id) }, 'diagram');
  });
  svgElement.addEventListener('pointerover', (event) => {
    const element = event.target.closest?.('.box');
    light(element ? Number(element.dataset.id) : view3.lit ?? null);
  });
  svgElement.addEventListener('pointerleave', () => light(view3.lit ?? null));
};

const drawnTables = () => {
  const isDrawn = (table) => !table.kind.includes('function') && !table.kind.includes('view') && table.kind !== 'unknown table';
  return tables.filter((table) => isDrawn(table) && (!state.root || String(table.root) === state.root));
};

const drawDiagram = () => {
  const view = $('view-diagram');
  const all = drawnTables();
  const { shown, meant } = chosen();
  const kept = all.filter((it) => shown.table.has(it.id)).map((it) => it.id);
  const selected = state.selected?.side === 'table' && all.some((it) => it.id === state.selected.id) ? state.selected.id : null;
  if (all.length === 0) {
    view.replaceChildren(h('p', { class: 'empty-page' }, 'No table of a schema is known.'));
    return 0;
  }
  const isNear = selected !== null && !view3.whole;
  // A search dims what it does not mean, so that what stays does not move.
  const ids = state.table ? kept : all.map((it) => it.id);
  view3.layout = isNear ? nearLayout(selected) : wholeLayout(ids);
  view3.boxes = view3.layout.boxes;
  view3.layout.clusters.forEach((cluster, at) => cluster.boxes.forEach((box) => { box.cluster = at; }));
  const boxOf = new Map(view3.boxes.map((box) => [box.id, box]));
  view3.edges = view3.layout.pairs.map((pair) => edgeElement(pair, boxOf, view3.layout.hubs));
  const frames = view3.layout.clusters.map((it) => {
    it.text = svg('text', { x: 4, y: -6 });
    return svg('g', { class: 'cluster', transform: `translate(${it.x - 18} ${it.y - 18})` },
      svg('title', {}, it.title), svg('rect', { width: it.width + 36, height: it.height + 36, rx: 12 }), it.text);
  });
  view3.stage = svg('g', { class: 'stage' }, frames, view3.edges, view3.boxes.map((box) => boxElement(box, view3.layout.hubs)));
  const drawing = svg('svg', { class: 'drawing', role: 'group', 'aria-label': 'Tables and what refers to what. Arrow keys go from table to table, Enter tells about one, plus and minus zoom.' }, view3.stage);
  view3.frame = h('div', { class: 'diagram-frame' }, drawing);
  const button = (name, text, act) => h('button', { type: 'button', class: 'plain', 'aria-label': name, onclick: act }, text);
  view.replaceChildren(h('div', { class: 'diagram-tools', role: 'group', 'aria-label': 'Diagram' },
    button('Zoom in', '+', () => zoom(1.25)), button('Zoom out', '−', () => zoom(0.8)), button('Fit', 'Fit', fit),
    selected !== null && (isNear ? button('Whole schema', 'Whole schema', () => { view3.whole = true; render(); })
      : button('Only its neighbours', `Only ${tableName(tables[selected])} and its neighbours`, () => { view3.whole = false; render(); })),
    h('span', { class: 'quiet' }, isNear ? 'left: what it refers to · right: what refers to it'
      : 'left: what is referred to · right: what refers to it · a dot at the left edge: refers to a table of “referred to by many”')),
  view3.frame);
  const asked = words().length > 0 || meant || kept.length < all.length;
  for (const box of view3.boxes) {
    box.element.classList.toggle('unmeant', Boolean(asked && !(meant ? meant.table.has(box.id) : shown.table.has(box.id))));
  }
  drawing.addEventListener('keydown', onDiagramKey);
  onDrag(drawing);
  activateBox(boxOf.get(selected ?? view3.active) ?? view3.boxes[0]);
  fit();
  view3.lit = selected;
  light(selected);
  return kept.length;
};
