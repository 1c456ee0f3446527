// Starts a real VS Code with the packed extension in it, and runs `test/suite.ts` there.
//
//     node test/run.mjs EXTENSION.vsix BINARY PROJECT
//
// VS Code itself is no package of npm, but code-server is, and carries all of it: the server with
// its extension host, and the workbench for browsers. Only these are used, not the wrapper around
// them. Chromium shows the workbench, as a person's browser would.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const CODE_SERVER = 'code-server@4.100.3';

/** How long everything may take before it is given up. */
const PATIENCE_MS = 8 * 60_000;

const here = dirname(fileURLToPath(import.meta.url));
const [vsix, binary, project] = process.argv.slice(2).map((path) => resolve(path));

/** The server of VS Code, installed once into this folder. */
function vscodeServer(folder) {
  const code = join(folder, CODE_SERVER, 'package/lib/vscode');
  const complete = join(code, 'node_modules/.installed');
  if (existsSync(complete)) return code;
  const at = { cwd: join(folder, CODE_SERVER), stdio: ['ignore', 'ignore', 'inherit'] };
  rmSync(at.cwd, { recursive: true, force: true });
  mkdirSync(at.cwd, { recursive: true });
  execFileSync('npm', ['pack', '--silent', CODE_SERVER], at);
  execFileSync('tar', ['-xf', `${CODE_SERVER.replace('@', '-')}.tgz`], at);
  // Its native modules (terminals, logs) are not needed here, and so nothing is compiled.
  const quiet = ['--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...quiet], { ...at, cwd: code });
  writeFileSync(complete, '');
  return code;
}

/** A folder for one run: the project with trave in its `node_modules`, and the tests. */
function scratch() {
  const folder = mkdtempSync(join(tmpdir(), 'trave-vscode-'));
  cpSync(project, join(folder, 'project'), { recursive: true });
  const installed = join(folder, 'project/node_modules');
  cpSync(join(here, '../../../npm/trave'), join(installed, 'trave'), { recursive: true });
  const [platform] = createRequire(import.meta.url)('../../../npm/trave/lib/binary.js').packages();
  mkdirSync(join(installed, platform), { recursive: true });
  symlinkSync(binary, join(installed, platform, 'trave'));
  // The tests are an extension of their own, beside the one that they test.
  mkdirSync(join(folder, 'tests'));
  cpSync(join(here, '../dist/suite.js'), join(folder, 'tests/suite.js'));
  const manifest = { name: 'tests', publisher: 'trave', version: '1.0.0', engines: { vscode: '*' } };
  writeFileSync(join(folder, 'tests/package.json'), JSON.stringify(manifest));
  return folder;
}

function serverArguments(folder) {
  const data = ['--user-data-dir', '--server-data-dir', '--extensions-dir'];
  return data.flatMap((option) => [option, join(folder, option)]);
}

/** Starts the server; its port. */
function start(code, folder) {
  const options = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
  const quiet = ['--accept-server-license-terms', '--disable-telemetry', '--disable-workspace-trust'];
  const args = [...options, ...quiet, ...serverArguments(folder)];
  const program = join(code, 'out/server-main.js');
  const stdio = ['ignore', 'pipe', 'ignore'];
  const server = spawn(process.execPath, [program, ...args], { stdio });
  const port = new Promise((found, failed) => {
    let said = '';
    server.stdout.on('data', (data) => {
      said += data;
      const line = /agent listening on (\d+)/.exec(said);
      if (line) found(Number(line[1]));
    });
    server.on('exit', (status) => failed(new Error(`the server ended with ${status}:\n${said}`)));
  });
  return { server, port };
}

function browserProgram() {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const files = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const file = files.find((path) => existsSync(path));
  if (!file) throw new Error(`there is none of ${names.join(', ')} on the PATH`);
  return file;
}

/** The address of the workbench, told to run the tests in its extension host. */
function address(port, folder) {
  const remote = (path) => `vscode-remote://127.0.0.1:${port}${join(folder, path)}`;
  const payload = [
    ['extensionDevelopmentPath', remote('tests')],
    ['extensionTestsPath', remote('tests/suite.js')],
    ['skipWelcome', 'true'],
  ];
  const query = new URLSearchParams({
    folder: join(folder, 'project'),
    payload: JSON.stringify(payload),
  });
  return `http://127.0.0.1:${port}/?${query}`;
}

/** Opens the workbench, and waits for the tests in it; their exit code. */
async function runTests(port, folder) {
  const executablePath = browserProgram();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  try {
    const ended = new Promise((resume, failed) => {
      const late = () => failed(new Error('the tests did not end'));
      setTimeout(late, PATIENCE_MS).unref();
      page.on('crash', () => failed(new Error('the page crashed')));
      void page.exposeFunction('codeAutomationExit', (status) => resume(status));
    });
    await page.exposeFunction('codeAutomationLog', (_kind, args) => log(page, args.join(' ')));
    await page.goto(address(port, folder));
    const status = await ended;
    const errors = await page.locator('.notification-list-item:has(.codicon-error)').allInnerTexts();
    const ours = errors.filter((text) => text.includes('Source: Trave'));
    if (ours.length > 0) console.log(`not ok - errors are shown:\n${ours.join('\n')}`);
    return ours.length > 0 ? 1 : status;
  } finally {
    await browser.close();
  }
}

/** Prints what the tests say, and nothing else of what the editor has to say. */
async function log(page, text) {
  if (!/^(ok|not ok|\d+ passed)/.test(text)) return;
  console.log(text);
  const pictures = process.env.TRAVE_SCREENSHOTS;
  if (pictures) await page.screenshot({ path: join(pictures, `${text.slice(0, 40)}.png`) });
}

const folder = scratch();
const code = vscodeServer(join(dirname(vsix), '../tools'));
const install = ['--install-extension', vsix, '--accept-server-license-terms'];
const program = join(code, 'out/server-main.js');
execFileSync(process.execPath, [program, ...serverArguments(folder), ...install], { stdio: 'pipe' });
const { server, port } = start(code, folder);
try {
  process.exitCode = await runTests(await port, folder);
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}
