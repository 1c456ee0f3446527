// Shows the findings that the filters ask for, and keeps the filters in the address.
'use strict';
(() => {
  const form = document.getElementById('filters');
  if (!form) return;
  const articles = [...document.querySelectorAll('article')];
  const shown = document.getElementById('shown');
  const none = document.getElementById('none');
  const levels = [...form.querySelectorAll('[name=level]')];

  const asked = () => ({
    levels: levels.filter((box) => box.checked).map((box) => box.value),
    rule: form.elements.rule.value,
    file: form.elements.file.value,
    words: form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean),
  });

  const texts = new Map();
  const text = (article) => {
    if (!texts.has(article)) texts.set(article, article.textContent.toLowerCase());
    return texts.get(article);
  };

  const fits = (article, want) =>
    want.levels.includes(article.dataset.level) &&
    (!want.rule || article.dataset.rule === want.rule) &&
    (!want.file || article.dataset.file === want.file) &&
    want.words.every((word) => text(article).includes(word));

  const show = () => {
    const want = asked();
    let count = 0;
    for (const article of articles) {
      article.hidden = !fits(article, want);
      if (!article.hidden) count += 1;
    }
    shown.value = `${count} of ${articles.length}`;
    none.hidden = count > 0;
  };

  const write = () => {
    const words = new URLSearchParams();
    const checked = levels.filter((box) => box.checked);
    if (checked.length < levels.length) words.set('level', checked.map((box) => box.value).join());
    for (const name of ['rule', 'file', 'text']) {
      if (form.elements[name].value) words.set(name, form.elements[name].value);
    }
    const hash = words.toString();
    history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
  };

  const read = () => {
    const hash = location.hash.slice(1);
    // An address may lead to one finding instead.
    if (hash && document.getElementById(hash)) return;
    const words = new URLSearchParams(hash);
    const level = words.get('level');
    for (const box of levels) box.checked = level === null || level.split(',').includes(box.value);
    for (const name of ['rule', 'file', 'text']) form.elements[name].value = words.get(name) ?? '';
  };

  const change = () => {
    show();
    write();
  };
  form.addEventListener('input', change);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(change));
  addEventListener('hashchange', () => {
    read();
    show();
  });
  read();
  show();
})();
