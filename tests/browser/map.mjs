// Opens a map in Chromium and uses it as people do: `node map.mjs BROWSER PAGE SCENARIO`.
// Each scenario throws where the page does not do what it should, and prints what it saw.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

const [browserPath, pagePath, scenario] = process.argv.slice(2);
const address = pathToFileURL(pagePath).href;

// What a page may never do, whatever is done to it.
const watched = async (page, wrong) => {
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`error: ${error.stack}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(address)) wrong.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
};

const rows = (page, side) => page.locator(`#tree-${side} [role=treeitem]`);
const items = (page, side) => page.locator(`#tree-${side} .row.item`);
const hash = (page) => new URLSearchParams(new URL(page.url()).hash.slice(1));
const settled = (page) => page.evaluate(() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(done));
}));

// Whatever stands between serious and critical is a mistake of ours.
const accessible = async (page, where) => {
  // The page allows no script but its own; this one comes from the driver.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run(document));
  const serious = violations.filter((it) => ['serious', 'critical'].includes(it.impact));
  assert.deepEqual(serious.map((it) => `${where}: ${it.id} at ${it.nodes[0].target}: ${it.nodes[0].failureSummary}`), []);
};

const scenarios = {
  // One table, one handler, one finding.
  async small(page) {
    assert.equal(await page.locator('h1').innerText(), `trave ${process.env.TITLE}`);
    assert.equal(await items(page, 'route').count(), 1);
    assert.equal(await items(page, 'query').count(), 1);
    assert.equal(await items(page, 'table').count(), 1);
    await items(page, 'table').first().click();
    await assertText(page.locator('#details'), ['notes', 'Row level security', 'off', 'bigint', 'rls/table-without-rls']);
    // The only finding is open at once.
    await assertText(page.locator('#details .finding'), ['What to do', 'enable row level security']);
    await page.locator('[role=tab]', { hasText: 'Findings' }).click();
    await assertText(page.locator('#view-findings'), ['rls/table-without-rls']);
    await page.locator('[role=tab]', { hasText: 'Access matrix' }).click();
    await assertText(page.locator('#view-access'), ['notes', 'anon', 'authenticated', 'all']);
    await page.locator('[role=tab]', { hasText: 'ER diagram' }).click();
    assert.equal(await page.locator('#view-diagram .box').count(), 1);
  },

  // Search, filters, selection, and an address that keeps them.
  async use(page) {
    const before = await items(page, 'route').count();
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'search');
    await page.keyboard.type('listings');
    await settled(page);
    assert.equal(hash(page).get('q'), 'listings');
    const found = await items(page, 'route').count();
    assert.ok(found > 0 && found < before, `${found} of ${before} routes`);
    await page.waitForFunction(() => /shown/.test(document.getElementById('status').textContent));

    // The keyboard alone: into the column, down, open, back.
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await settled(page);
    const active = await page.evaluate(() => document.activeElement.getAttribute('aria-activedescendant'));
    assert.ok(active?.startsWith('route-'), active);
    const name = await page.locator(`#${active} .name`).innerText();
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'details-title');
    await assertText(page.locator('#details'), [name.split('\n')[0], 'Handler', 'Guarded']);
    const selected = hash(page).get('route');
    assert.ok(selected, page.url());
    assert.equal(await page.locator('.row.selected').count(), 1);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#details').isVisible(), false);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'tree-route');
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'tree-query');
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'tree-table');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'tree-query');

    // A filter that is meant, and one click that takes everything back.
    await page.keyboard.press('Escape');
    assert.equal(hash(page).get('q'), null);
    await page.selectOption('#filter-guarded', 'no');
    await settled(page);
    const open = await rows(page, 'route').locator('.guard').evaluateAll((all) => all.map((it) => it.dataset.guarded));
    assert.ok(open.length > 0 && open.every((it) => it === 'no'), open.join());
    await page.locator('#summary button').click();
    assert.equal(await items(page, 'route').count(), before);
    await page.selectOption('#filter-level', 'error');
    await settled(page);
    assert.ok(await items(page, 'route').count() < before);
    await page.locator('#summary button').click();

    // The same address shows the same.
    await page.goto('about:blank');
    await page.goto(`${address}#route=${encodeURIComponent(selected)}`);
    await assertText(page.locator('#details-title'), [name.split('\n')[0].replace(/^.* /, '')]);
    assert.equal(await items(page, 'route').evaluateAll((all) => all.filter((it) => it.getAttribute('aria-selected') === 'true').length), 1);
    await page.keyboard.press('2');
    assert.equal(hash(page).get('view'), 'findings');
    await page.goBack();
    assert.equal(hash(page).get('view'), null);

    // The diagram by keyboard.
    await page.keyboard.press('4');
    await page.locator('#view-diagram .box[tabindex="0"]').focus();
    const first = await page.evaluate(() => document.activeElement.dataset.id);
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp']) await page.keyboard.press(key);
    await page.keyboard.press('ArrowRight');
    assert.ok(first !== await page.evaluate(() => document.activeElement.dataset.id), 'another table has the focus');
    await page.keyboard.press('Enter');
    assert.ok(hash(page).get('table'));
    await page.getByRole('button', { name: 'and its neighbours' }).or(page.getByRole('button', { name: 'Only its neighbours' })).click();
    assert.ok(await page.locator('#view-diagram .box').count() > 0);
    await page.keyboard.press('t');
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
    await page.keyboard.press('?');
    assert.equal(await page.locator('dialog').isVisible(), true);
  },

  async accessible(page) {
    for (const scheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const key of ['1', '2', '3', '4']) {
        await page.keyboard.press(key);
        await settled(page);
        await accessible(page, `${scheme}, view ${key}`);
      }
      await page.keyboard.press('1');
      for (const side of ['route', 'query', 'table']) {
        const open = page.locator(`.column.${side} .column-head button`);
        if (await open.innerText() === 'Open all') await open.click();
        await items(page, side).nth(1).click();
        await accessible(page, `${scheme}, details of a ${side}`);
        await page.keyboard.press('Escape');
      }
      await page.keyboard.press('4');
      await page.locator('#view-diagram .box').first().focus();
      await page.keyboard.press('Enter');
      await page.locator('.diagram-tools button').last().click();
      await accessible(page, `${scheme}, the neighbours of a table`);
      await page.locator('.diagram-tools button').last().click();
      await page.keyboard.press('Escape');
      await page.keyboard.press('2');
      await page.locator('#view-findings summary').first().click();
      await accessible(page, `${scheme}, a finding`);
      await page.keyboard.press('?');
      await accessible(page, `${scheme}, the keys`);
      await page.keyboard.press('Escape');
    }
  },

  // Names of the project that look like markup are names.
  async hostile(page) {
    for (const key of ['1', '2', '3', '4']) await page.keyboard.press(key);
    await page.keyboard.press('1');
    for (const side of ['route', 'query', 'table']) {
      await items(page, side).first().click();
      for (const summary of await page.locator('#details .finding summary').all()) await summary.click();
      await page.keyboard.press('Escape');
    }
    await assertText(page.locator('#tree-table'), ['</script><script>']);
    assert.equal(await page.evaluate(() => window.ran), undefined);
    // What was not written by us does not run, even where it gets in.
    await page.evaluate(() => {
      const script = document.createElement('script');
      try { script.textContent = 'window.ran = true'; document.body.append(script); } catch { /* Refused at once. */ }
    });
    assert.equal(await page.evaluate(() => window.ran), undefined);
  },

  // 300 ways in, 2,000 queries and 200 tables: what is drawn stays small, whatever there is.
  async large(page) {
    const elements = () => page.evaluate(() => document.querySelectorAll('*').length);
    const frames = (what) => page.evaluate(async (named) => {
      const tree = (side) => document.getElementById(`tree-${side}`);
      const acts = {
        scroll: (at) => ['route', 'query', 'table'].forEach((side) => { tree(side).scrollTop = at * 90; }),
        point: (at) => tree('table').querySelector('.rows').dispatchEvent(new MouseEvent('mousemove', { bubbles: true, clientY: 200 + at * 9 })),
        zoom: (at) => document.querySelector('.drawing').dispatchEvent(new WheelEvent('wheel', { deltaY: at % 2 ? 40 : -40, clientX: 600, clientY: 400, cancelable: true })),
      };
      const times = [];
      let last = performance.now();
      for (let at = 0; at < 60; at += 1) {
        acts[named](at);
        await new Promise(requestAnimationFrame);
        times.push(performance.now() - last);
        last = performance.now();
      }
      times.sort((a, b) => a - b);
      return { median: times[30], p95: times[56], most: times[59] };
    }, what);
    const print = (what, { median, p95, most }) =>
      console.log(`${what}: ${median.toFixed(1)} ms a frame, p95 ${p95.toFixed(1)} ms, at most ${most.toFixed(1)} ms`);
    assert.deepEqual(await page.evaluate(() => {
      const island = JSON.parse(document.getElementById('island').textContent);
      return [island.routes.length, island.queries.length, island.tables.length];
    }), [300, 2000, 200]);
    for (const side of ['route', 'query', 'table']) await page.locator(`.column.${side} .column-head button`).click();
    assert.equal(await page.locator('#tree-query').evaluate((it) => it.scrollHeight > 2000 * 28), true);
    assert.ok(await elements() < 2500, `${await elements()} elements`);
    print('scrolling three open columns', await frames('scroll'));
    print('pointing at tables', await frames('point'));
    const search = await page.evaluate(async () => {
      const input = document.getElementById('search');
      const begin = performance.now();
      input.value = 'area_07';
      input.dispatchEvent(new Event('input'));
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      return performance.now() - begin;
    });
    console.log(`searching: ${search.toFixed(1)} ms to the next picture`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('4');
    assert.equal(await page.locator('#view-diagram .box').count(), 200);
    const overlap = await page.evaluate(() => {
      const boxes = [...document.querySelectorAll('.box rect')].map((it) => it.getBoundingClientRect());
      const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      return boxes.filter((a, at) => boxes.some((b, other) => other > at && meet(a, b))).length;
    });
    assert.equal(overlap, 0, 'no table lies on another one');
    print('zooming the diagram', await frames('zoom'));
  },
};

// A busy machine draws a moment after the click.
const assertText = async (locator, texts) => {
  const until = performance.now() + 20000;
  for (;;) {
    const text = await locator.innerText();
    const missing = texts.find((part) => !text.includes(part));
    if (missing === undefined) return;
    assert.ok(performance.now() < until, `"${missing}" is missing in:\n${text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
const wrong = [];
try {
  const page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
  page.setDefaultTimeout(20000);
  await watched(page, wrong);
  await page.goto(address);
  await scenarios[scenario](page);
} finally {
  await browser.close();
}
// A script that was put in on purpose is refused aloud.
const isRefusal = (text) => scenario === 'hostile' && /TrustedScript|Content Security Policy/.test(text);
assert.deepEqual(wrong.filter((text) => !isRefusal(text)), []);
