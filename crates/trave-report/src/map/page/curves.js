// The curves between the columns, drawn on one canvas behind them.

// As far out of sight, a curve still ends where its row is; further out it only points there.
const BEYOND = 240;
// More plain curves than this are a grey surface: those for the most queries are drawn.
const PLAIN_MAX = 450;
// One path of very many curves takes longer than several paths of some.
const PATH_MAX = 50;

class Curves {
  constructor(element, columns) {
    this.element = element;
    this.columns = columns;
    this.canvas = h('canvas', { class: 'curves', 'aria-hidden': 'true' });
    // Colours are those of elements, so that a theme says them once.
    this.probes = {};
    for (const name of ['plain', 'read', 'write', 'call', 'open']) {
      this.probes[name] = h('span', { class: `probe ${name}`, hidden: true });
    }
    element.prepend(this.canvas, ...Object.values(this.probes));
    this.links = [];
    this.readColours();
  }

  readColours() {
    this.colours = {};
    for (const [name, probe] of Object.entries(this.probes)) this.colours[name] = getComputedStyle(probe).color;
  }

  measure() {
    const box = this.element.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    this.width = box.width;
    this.height = box.height;
    this.canvas.width = Math.round(box.width * ratio);
    this.canvas.height = Math.round(box.height * ratio);
    this.ratio = ratio;
    this.frames = this.columns.map((column) => {
      const frame = column.scroller.getBoundingClientRect();
      return { left: frame.left - box.left, right: frame.right - box.left, top: frame.top - box.top, height: frame.height };
    });
  }

  // Which row is tied to which: one link for all queries between the same two rows.
  link(shown) {
    const [ways, asked, kept] = this.columns;
    const found = new Map();
    const tie = (gap, from, to, query, ref) => {
      if (from === undefined || to === undefined) return;
      const key = `${gap} ${from} ${to}`;
      let link = found.get(key);
      if (!link) {
        link = { gap, from, to, items: [], kinds: new Set() };
        found.set(key, link);
      }
      link.items.push(ref);
      link.kinds.add(query.operation === 'call' ? 'call' : isWrite(query) ? 'write' : 'read');
    };
    for (const id of shown.query) {
      const query = queries[id];
      const row = asked.rowOfItem.get(id);
      for (const route of query.routes) {
        if (shown.route.has(route)) tie(0, ways.rowOfItem.get(route), row, query, [route, id]);
      }
      for (const table of query.tables) {
        if (shown.table.has(table)) tie(1, row, kept.rowOfItem.get(table), query, [id, table]);
      }
    }
    this.links = [...found.values()];
  }

  y(side, row) {
    const { top, height } = this.frames[side];
    const y = row * ROW_HEIGHT + ROW_HEIGHT / 2 - this.scrolled[side];
    return top + Math.max(-BEYOND, Math.min(y, height + BEYOND));
  }

  // Where a row is: above what is in sight, in it, or below.
  where(side, row) {
    const y = row * ROW_HEIGHT - this.scrolled[side];
    if (y <= -ROW_HEIGHT) return -1;
    return y < this.frames[side].height ? 0 : 1;
  }

  // The links with an end in sight, and how many ends are. Of those from one row that leave the
  // picture to the same side, one stands for all: they would lie on each other.
  inSight(links) {
    const left = new Set();
    const found = [];
    for (const link of links) {
      const [from, to] = [this.where(link.gap, link.from), this.where(link.gap + 1, link.to)];
      if (from === 0 && to === 0) found.push([link, 2]);
      else if (from === 0 || to === 0) {
        const key = from === 0 ? `${link.gap} from ${link.from} ${to}` : `${link.gap} to ${link.to} ${from}`;
        const kind = `${key} ${link.kinds.has('write')}`;
        if (left.has(kind)) continue;
        left.add(kind);
        found.push([link, 1]);
      }
    }
    return found;
  }

  trace(context, link) {
    const x0 = this.frames[link.gap].right;
    const x1 = this.frames[link.gap + 1].left;
    const [y0, y1] = [this.y(link.gap, link.from), this.y(link.gap + 1, link.to)];
    const middle = (x0 + x1) / 2;
    context.moveTo(x0, y0);
    context.bezierCurveTo(middle, y0, middle, y1, x1, y1);
  }

  stroke(context, links) {
    for (let at = 0; at < links.length; at += PATH_MAX) {
      context.beginPath();
      for (const link of links.slice(at, at + PATH_MAX)) this.trace(context, link);
      context.stroke();
    }
  }

  draw(lit) {
    const context = this.canvas.getContext('2d');
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    if (!this.frames || this.frames[0].height === 0) return;
    this.scrolled = this.columns.map((column) => column.scroller.scrollTop);
    context.save();
    context.beginPath();
    const { top } = this.frames[0];
    context.rect(0, top, this.width, Math.max(...this.frames.map((it) => it.height)));
    context.clip();
    const isLit = (link) => lit && link.items.some(([from, to]) =>
      lit[SIDES[link.gap]].has(from) && lit[SIDES[link.gap + 1]].has(to));
    const ends = this.inSight(this.links.filter((link) => !isLit(link)));
    context.lineWidth = 1;
    context.strokeStyle = this.colours.plain;
    // What leaves the picture is fainter than what stays in it.
    let left = PLAIN_MAX;
    for (const [number, strength] of [[2, 1], [1, 0.5]]) {
      context.globalAlpha = strength * (lit ? 0.4 : 1) * Math.max(0.2, Math.min(0.75, 80 / ends.length));
      const links = ends.filter((it) => it[1] === number).map((it) => it[0]);
      if (links.length > left) links.sort((a, b) => b.items.length - a.items.length).splice(left);
      left -= links.length;
      this.stroke(context, links);
    }
    if (lit) this.drawLit(context, this.inSight(this.links.filter(isLit)).map((it) => it[0]));
    context.restore();
  }

  drawLit(context, links) {
    context.globalAlpha = links.length > 200 ? 0.55 : 0.95;
    for (const kind of ['read', 'call', 'write']) {
      context.strokeStyle = this.colours[kind];
      context.setLineDash(kind === 'write' ? [7, 3] : kind === 'call' ? [2, 3] : []);
      context.lineWidth = 1.75;
      const main = (link) => (link.kinds.has('write') ? 'write' : link.kinds.has('read') ? 'read' : 'call');
      this.stroke(context, links.filter((link) => main(link) === kind));
    }
    context.setLineDash([]);
  }
}
