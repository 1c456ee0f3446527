// Making elements. Texts are only ever texts: nothing here reads markup.

const fill = (element, attributes, children) => {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  const isThere = (child) => child !== null && child !== undefined && child !== false;
  element.append(...children.flat(Infinity).filter(isThere).map((it) => it.nodeType ? it : String(it)));
  return element;
};
const h = (name, attributes = {}, ...children) =>
  fill(document.createElement(name), attributes, children);
const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
const $ = (id) => document.getElementById(id);

const hidden = (text) => h('span', { class: 'visually-hidden' }, text);

const levelMark = (level) => h('span', { class: `level ${level}` }, level);

const count = (ids) => {
  if (ids.length === 0) return null;
  const level = worst(ids);
  return h('span', { class: `found ${level}` },
    String(ids.length), hidden(` ${ids.length === 1 ? 'finding' : 'findings'}, worst: ${level}`));
};

const GUARDED = {
  yes: 'callers are turned away', before: 'callers are turned away by what runs before',
  claim: 'only an unverified claim is asked for', maybe: 'may turn callers away',
  no: 'anybody gets through',
};
const guardMark = (guarded) =>
  h('span', { class: 'guard', 'data-guarded': guarded, title: GUARDED[guarded] },
    hidden(`, ${GUARDED[guarded]}`));

const say = (() => {
  let timer;
  return (text) => {
    clearTimeout(timer);
    // Said when typing pauses: a voice that is interrupted at every key says nothing.
    timer = setTimeout(() => { $('status').textContent = text; }, 250);
  };
})();

const copy = async (text, button) => {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h('textarea', { class: 'visually-hidden', 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand('copy');
    area.remove();
    button.focus();
  }
  button.textContent = done ? 'Copied' : 'Copying failed';
  say(button.textContent);
  setTimeout(() => { button.textContent = 'Copy'; }, 1500);
};

// Code with a button that copies it.
const codeBlock = (text, name) => {
  const button = h('button', { type: 'button', class: 'plain copy', 'aria-label': `Copy ${name}` }, 'Copy');
  button.addEventListener('click', () => copy(text, button));
  return h('div', { class: 'code' }, h('pre', { tabindex: '0', 'aria-label': name }, h('code', {}, text)), button);
};

// A table that may be wider than its place: keys can scroll it.
const wide = (name, table) => h('div', { class: 'wide', tabindex: '0', role: 'group', 'aria-label': name }, table);

// Text with names in backticks.
const prose = (text) => text.split('`').map((part, at) => (at % 2 ? h('code', {}, part) : part));

const placeLine = (at) => h('span', { class: 'place' }, place(at));
