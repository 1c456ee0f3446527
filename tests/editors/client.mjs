// Drives the server from the reference client of the protocol: open, edit a route, see the finding
// with its other side, edit the migration, see it go; hover, definition, completion, a code action
// applied and the file checked again. Prints one line; ends with 1 where something is wrong.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const require = createRequire(join(process.env.TRAVE_PACKAGES, 'any.js'));
const lsp = require('vscode-languageserver-protocol/node');

const root = process.env.TRAVE_PROJECT;
const route = join(root, 'src/app/api/notes/route.ts');
const migration = join(root, 'supabase/migrations/20240101000000_notes.sql');
const uri = (path) => pathToFileURL(path).href;

const server = spawn(process.env.TRAVE_BINARY, ['lsp', '--stdio'], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const ended = new Promise((resolve) => server.on('exit', resolve));
const connection = lsp.createProtocolConnection(
  new lsp.StreamMessageReader(server.stdout),
  new lsp.StreamMessageWriter(server.stdin),
);
const problems = [];
connection.onError(([error]) => problems.push(error));

const registered = [];
const progress = [];
let refreshed = 0;
connection.onRequest(lsp.RegistrationRequest.type, (params) => {
  registered.push(...params.registrations.map((it) => it.method));
});
connection.onRequest(lsp.ConfigurationRequest.type, (params) => params.items.map(() => ({})));
connection.onRequest(lsp.WorkDoneProgressCreateRequest.type, () => null);
connection.onNotification('$/progress', (params) => progress.push(params.value.kind));
connection.onRequest(lsp.DiagnosticRefreshRequest.type, () => {
  refreshed += 1;
});
const published = new Map();
connection.onNotification(lsp.PublishDiagnosticsNotification.type, (params) => {
  published.set(params.uri, params.diagnostics);
});
connection.listen();

const { capabilities } = await connection.sendRequest(lsp.InitializeRequest.type, {
  processId: process.pid,
  rootUri: uri(root),
  workspaceFolders: [{ uri: uri(root), name: 'project' }],
  capabilities: {
    general: { positionEncodings: ['utf-16'] },
    window: { workDoneProgress: true, showDocument: { support: true } },
    workspace: {
      configuration: true,
      didChangeWatchedFiles: { dynamicRegistration: true },
      didChangeConfiguration: { dynamicRegistration: true },
      diagnostics: { refreshSupport: true },
      workspaceEdit: { documentChanges: true, resourceOperations: ['create'] },
    },
    textDocument: { diagnostic: { dynamicRegistration: false } },
  },
});
assert.equal(capabilities.positionEncoding, 'utf-16');
await connection.sendNotification(lsp.InitializedNotification.type, {});

/** What the editor holds. */
const texts = new Map();
const open = (path, languageId) => {
  const text = readFileSync(path, 'utf8');
  texts.set(path, { text, version: 1 });
  const textDocument = { uri: uri(path), languageId, version: 1, text };
  return connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, { textDocument });
};
const position = (text, offset) => {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1).length };
};
const offset = (text, { line, character }) =>
  text.split('\n').slice(0, line).reduce((sum, it) => sum + it.length + 1, 0) + character;
const edit = (path, start, end, by) => {
  const held = texts.get(path);
  const range = { start: position(held.text, start), end: position(held.text, end) };
  held.text = held.text.slice(0, start) + by + held.text.slice(end);
  held.version += 1;
  return connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
    textDocument: { uri: uri(path), version: held.version },
    contentChanges: [{ range, text: by }],
  });
};
const replace = (path, what, by) => {
  const at = texts.get(path).text.indexOf(what);
  assert.notEqual(at, -1, what);
  return edit(path, at, at + what.length, by);
};
const diagnostics = async (path) => {
  const textDocument = { uri: uri(path) };
  const report = await connection.sendRequest(lsp.DocumentDiagnosticRequest.type, { textDocument });
  return report.items;
};
const unindexed = async () =>
  (await diagnostics(route)).find((it) => it.code === 'index/unindexed-filter');
const behind = (path, what) => {
  const { text } = texts.get(path);
  const at = text.indexOf(what);
  assert.notEqual(at, -1, what);
  return { textDocument: { uri: uri(path) }, position: position(text, at + what.length) };
};

await open(route, 'typescript');
await open(migration, 'sql');
assert.deepEqual(await diagnostics(route), []);
assert.deepEqual(progress, ['begin', 'end']);
assert.ok(registered.includes('workspace/didChangeWatchedFiles'), registered.join());

// A filter that no index serves, in text that nobody saved.
await replace(route, ".eq('owner_id', user.id)", ".eq('folder', request.url) /* 𝄞 */");
await replace(migration, 'alter table public.notes enable', '-- alter table public.notes enable');
const finding = await unindexed();
assert.ok(finding, 'the finding shows');
const other = finding.relatedInformation.find((it) => it.location.uri === uri(migration));
assert.ok(other, JSON.stringify(finding));
const { text } = texts.get(migration);
const shown = text.slice(offset(text, other.location.range.start));
assert.ok(shown.startsWith('folder text') || shown.startsWith('public.notes'), shown.slice(0, 40));

// The other file takes it away.
const { length } = texts.get(migration).text;
await edit(migration, length, length, 'create index on public.notes (folder);\n');
assert.equal(await unindexed(), undefined);
assert.ok(refreshed > 0, 'a client that asks is told to ask again');

const hover = await connection.sendRequest(lsp.HoverRequest.type, behind(route, ".from('not"));
assert.match(hover.contents.value, /create table public\.notes/);
const definition = await connection.sendRequest(
  lsp.DefinitionRequest.type,
  behind(route, ".eq('fol"),
);
assert.equal(definition.uri, uri(migration));
await replace(route, "'id, folder'", "'id, folder, own'");
const items = await connection.sendRequest(
  lsp.CompletionRequest.type,
  behind(route, 'folder, own'),
);
const offered = items.map((it) => it.label);
assert.ok(offered.includes('owner_id'), offered.join());
await replace(route, "'id, folder, own'", "'id, folder'");

// A new migration from a code action, written as the editor would, and the file checked again.
await replace(migration, 'create index on public.notes (folder);\n', '');
assert.ok(await unindexed(), 'the finding is back');
const actions = await connection.sendRequest(lsp.CodeActionRequest.type, {
  textDocument: { uri: uri(route) },
  range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } },
  context: { diagnostics: [await unindexed()] },
});
const action = actions.find((it) => it.title.startsWith('Create a migration: index on'));
assert.ok(action, actions.map((it) => it.title).join('\n'));
const [create, write] = action.edit.documentChanges;
assert.equal(create.kind, 'create');
const made = fileURLToPath(create.uri);
mkdirSync(dirname(made), { recursive: true });
writeFileSync(made, write.edits[0].newText);
await connection.sendNotification(lsp.DidChangeWatchedFilesNotification.type, {
  changes: [{ uri: create.uri, type: lsp.FileChangeType.Created }],
});
assert.equal(await unindexed(), undefined);
assert.equal(published.get(uri(route)), undefined, 'who asks is not told');

await connection.sendRequest(lsp.ShutdownRequest.type);
await connection.sendNotification(lsp.ExitNotification.type);
assert.equal(await ended, 0);
assert.deepEqual(problems, []);
connection.dispose();
console.log('node: all is well');
