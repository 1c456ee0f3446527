// How long an editor waits: from a keystroke to the diagnostics of the text, for a hover, for a
// completion. Usage: node latency.mjs FOLDER [ROUNDS], with TRAVE_BINARY and TRAVE_PACKAGES set;
// `cargo xtask bench editor FOLDER` does that. Prints milliseconds; the folder is not changed.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';

const require = createRequire(join(process.env.TRAVE_PACKAGES, 'any.js'));
const lsp = require('vscode-languageserver-protocol/node');

const [folder, rounds = '60'] = process.argv.slice(2);
const root = pathToFileURL(resolve(folder)).href;
const server = spawn(process.env.TRAVE_BINARY, ['lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
const connection = lsp.createProtocolConnection(
  new lsp.StreamMessageReader(server.stdout),
  new lsp.StreamMessageWriter(server.stdin),
);
connection.onRequest(() => null);
connection.listen();

const timed = async (work) => {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
};
const initialize = async () => {
  await connection.sendRequest(lsp.InitializeRequest.type, {
    processId: process.pid,
    rootUri: root,
    workspaceFolders: [{ uri: root, name: 'project' }],
    capabilities: { general: { positionEncodings: ['utf-16'] } },
    initializationOptions: { diagnostics: 'pull' },
  });
  await connection.sendNotification(lsp.InitializedNotification.type, {});
  return connection.sendRequest('trave/routes');
};
const [loading, { folders }] = await timed(initialize);
const found = folders.flatMap((it) => it.routes);
const routes = [...new Set(found.map((it) => it.location.uri))];

/** Every file below a folder, but for what others wrote. */
const walk = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
const paths = walk(resolve(folder)).sort();
/** Where a query names a table, a column or a function, for clients of several kinds. */
const NAMES = /\.(from|rpc|eq|order|select)\(['"`]\w|\.from\(\w|\b(prisma|db)\.[a-z]\w*(?=\.\w+\()/g;
const uri = (path) => pathToFileURL(path).href;
const migrations = paths.filter((it) => /migrations?\/.*\.sql$/.test(it)).map(uri);
const queries = paths
  .filter((it) => /\.[mc]?[jt]sx?$/.test(it) && !/\.(test|spec|d)\./.test(it))
  .filter((it) => readFileSync(it, 'utf8').search(NAMES) >= 0)
  .map(uri);
console.log(`${folder}: ${paths.length} files, ${found.length} ways in`);
console.log(`first load        ${loading.toFixed(0)} ms`);

const texts = new Map();
const open = async (uri) => {
  if (texts.has(uri)) return;
  const text = readFileSync(fileURLToPath(uri), 'utf8');
  texts.set(uri, { text, version: 1 });
  const languageId = uri.endsWith('.sql') ? 'sql' : 'typescript';
  await connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId, version: 1, text },
  });
};
const diagnostics = (uri) =>
  connection.sendRequest(lsp.DocumentDiagnosticRequest.type, { textDocument: { uri } });
const position = (text, offset) => {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1).length };
};
const type = (uri, offset, by) => {
  const held = texts.get(uri);
  const start = position(held.text, offset);
  held.text = held.text.slice(0, offset) + by + held.text.slice(offset);
  held.version += 1;
  return connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
    textDocument: { uri, version: held.version },
    contentChanges: [{ range: { start, end: start }, text: by }],
  });
};
const report = (name, times) => {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  const told = [0.5, 0.95, 1].map((share) => (at(share) ?? NaN).toFixed(1).padStart(8));
  console.log(`${name.padEnd(18)}${told.join('')}  (${sorted.length})`);
};
const pick = (list, round) => list[(round * 7919) % list.length];

/** One letter inside the body of a function, as somebody types it, then all is analysed. */
const keystrokes = async (uris) => {
  const times = [];
  for (let round = 0; round < Number(rounds) && uris.length > 0; round += 1) {
    const uri = pick(uris, round);
    await open(uri);
    await diagnostics(uri);
    const { text } = texts.get(uri);
    // What is set in stands in a function, mostly; a statement of SQL may begin anywhere.
    const indented = uri.endsWith('.sql') ? /[a-z_]{4,}/g : /(?<=^[ \t]+.*)[a-z_]{4,}/gm;
    const words = [...text.matchAll(indented)];
    const word = pick(words, round);
    if (word === undefined) continue;
    const [time] = await timed(async () => {
      await type(uri, word.index + word[0].length, 'x');
      await diagnostics(uri);
    });
    times.push(time);
  }
  return times;
};
const asked = async (method) => {
  const times = [];
  for (let round = 0; round < Number(rounds); round += 1) {
    const uri = pick(queries, round);
    if (uri === undefined) break;
    await open(uri);
    await diagnostics(uri);
    const { text } = texts.get(uri);
    const places = [...text.matchAll(NAMES)];
    if (places.length === 0) continue;
    const place = pick(places, round);
    const params = {
      textDocument: { uri },
      position: position(text, place.index + place[0].length),
    };
    const [time] = await timed(() => connection.sendRequest(method, params));
    times.push(time);
  }
  return times;
};

console.log('milliseconds           p50     p95     max');
report('hover', await asked('textDocument/hover'));
report('completion', await asked('textDocument/completion'));
report('key in a query', await keystrokes(queries));
report('key in a route', await keystrokes(routes));
report('key in a migration', await keystrokes(migrations));
const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
console.log(`memory             ${status.match(/VmRSS:\s*(.*)/)?.[1]}`);
await connection.sendRequest(lsp.ShutdownRequest.type);
await connection.sendNotification(lsp.ExitNotification.type);
