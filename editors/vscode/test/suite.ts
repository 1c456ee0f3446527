// What has to hold inside a real editor; `test/run.mjs` starts one and runs this in it.

import assert from 'node:assert/strict';

import * as vscode from 'vscode';

import type { Api } from '../src/extension';

const HANDLER = 'src/app/api/listings/[id]/history/route.ts';
const MIGRATION = 'supabase/migrations/20240415083000_audit_log.sql';
const RULE = 'rls/table-without-rls';

/** A debug build on a busy machine takes its time; this is only how long to wait for a failure. */
const PATIENCE_MS = 60_000;

const COMMANDS = ['showRoutes', 'showAccessMatrix', 'showMap', 'explainRule', 'restart', 'showOutput'];

interface Step {
  name: string;
  run(): Promise<void>;
}

const steps: Step[] = [
  { name: 'a file of TypeScript activates the extension, which starts the server', run: activates },
  { name: 'every command is registered', run: registers },
  { name: 'a finding in a migration is shown, with the handler beside it', run: reports },
  { name: 'an edit that is not saved takes the finding away, and back', run: follows },
  { name: 'the page of a rule is shown', run: explains },
  { name: 'the access matrix and the map are shown', run: showsReports },
  { name: 'the line above a handler opens what is known of it', run: showsRoute },
  { name: 'a chosen route is gone to', run: goesToRoute },
  { name: 'the command starts the server again', run: restarts },
  { name: 'the setting switches it off and on', run: switches },
  { name: 'a path without a program is told', run: tellsMissing },
];

/** Called by the editor. */
export async function run(): Promise<void> {
  for (const { name, run: step } of steps) {
    try {
      await step();
    } catch (error) {
      // The later ones build upon it.
      console.error(`not ok - ${name}\n${error instanceof Error ? error.stack : String(error)}`);
      throw error;
    }
    console.log(`ok - ${name}`);
  }
  console.log(`${steps.length} passed, 0 failed`);
}

async function activates(): Promise<void> {
  await vscode.window.showTextDocument(at(HANDLER));
  const extension = found();
  await until('it is active', () => extension.isActive);
  await runs();
  const condition = extension.exports.condition();
  assert.equal(condition.kind === 'running' && condition.binary.from, 'project');
}

async function registers(): Promise<void> {
  const known = await vscode.commands.getCommands(true);
  const missing = COMMANDS.filter((name) => !known.includes(`trave.${name}`));
  assert.deepEqual(missing, []);
}

async function reports(): Promise<void> {
  await until('the finding is there', () => finding() !== undefined);
  const diagnostic = finding();
  assert.match(diagnostic?.message ?? '', /`audit_log`/);
  assert.equal(diagnostic?.severity, vscode.DiagnosticSeverity.Error);
  const related = diagnostic?.relatedInformation?.map((one) => one.location.uri.fsPath) ?? [];
  assert.ok(related.includes(at(HANDLER).fsPath), `related: ${related.join(', ')}`);
}

async function follows(): Promise<void> {
  const document = await vscode.workspace.openTextDocument(at(MIGRATION));
  await vscode.window.showTextDocument(document);
  const edit = new vscode.WorkspaceEdit();
  const text = '\nalter table public.audit_log enable row level security;\n';
  edit.insert(document.uri, document.lineAt(document.lineCount - 1).range.end, text);
  assert.ok(await vscode.workspace.applyEdit(edit));
  await until('the finding is gone', () => finding() === undefined);
  assert.ok(document.isDirty, 'nothing was saved');
  await vscode.commands.executeCommand('undo');
  await until('the finding is back', () => finding() !== undefined);
}

async function explains(): Promise<void> {
  await vscode.commands.executeCommand('trave.explainRule', RULE);
  await until('the preview is open', () => tabs().some((label) => label.includes('table-without-rls')));
}

async function showsReports(): Promise<void> {
  await vscode.commands.executeCommand('trave.showAccessMatrix');
  await until('the matrix is open', () => tabs().some((label) => label.startsWith('Access matrix')));
  await vscode.commands.executeCommand('trave.showMap');
  await until('the map is open', () => tabs().some((label) => label.startsWith('Map')));
}

async function showsRoute(): Promise<void> {
  const get = 'vscode.executeCodeLensProvider';
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(get, at(HANDLER));
  const command = lenses.find((lens) => lens.command?.command === 'trave.showRoute')?.command;
  assert.match(command?.title ?? '', /1 query/);
  await vscode.commands.executeCommand('trave.showRoute', ...(command?.arguments ?? []));
  const shown = () => vscode.window.activeTextEditor?.document;
  await until('the text is open', () => shown()?.uri.scheme === 'trave');
  assert.match(shown()?.getText() ?? '', /audit_log/);
}

async function goesToRoute(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const done = vscode.commands.executeCommand('trave.showRoutes');
  const accept = async () => {
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    return vscode.window.activeTextEditor?.document.uri.fsPath.endsWith('route.ts') ?? false;
  };
  await until('a handler is open', accept);
  await done;
}

async function restarts(): Promise<void> {
  const seen: string[] = [];
  const listener = found().exports.onDidChange((condition) => seen.push(condition.kind));
  await vscode.commands.executeCommand('trave.restart');
  listener.dispose();
  assert.deepEqual(seen, ['starting', 'running']);
  await vscode.window.showTextDocument(at(MIGRATION));
  await until('the finding is there again', () => finding() !== undefined);
}

async function switches(): Promise<void> {
  const settings = vscode.workspace.getConfiguration('trave');
  await settings.update('enable', false, vscode.ConfigurationTarget.Workspace);
  await until('it is off', () => found().exports.condition().kind === 'disabled');
  await until('nothing is reported', () => finding() === undefined);
  await settings.update('enable', undefined, vscode.ConfigurationTarget.Workspace);
  await runs();
}

async function tellsMissing(): Promise<void> {
  const settings = vscode.workspace.getConfiguration('trave');
  await settings.update('path', 'no/such/program', vscode.ConfigurationTarget.Workspace);
  await until('it is missing', () => found().exports.condition().kind === 'missing');
  await settings.update('path', undefined, vscode.ConfigurationTarget.Workspace);
  await runs();
}

function found(): vscode.Extension<Api> {
  const extension = vscode.extensions.getExtension<Api>('trave.trave');
  assert.ok(extension, 'the extension is installed');
  return extension;
}

function at(path: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'a folder is open');
  return vscode.Uri.joinPath(folder.uri, path);
}

function finding(): vscode.Diagnostic | undefined {
  return vscode.languages.getDiagnostics(at(MIGRATION)).find(({ source, code }) => {
    const value = typeof code === 'object' ? code.value : code;
    return source === 'trave' && value === RULE;
  });
}

function tabs(): string[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs.map((tab) => tab.label));
}

async function runs(): Promise<void> {
  await until('it runs', () => found().exports.condition().kind === 'running');
}

/** Waits for something to become true, and fails if it does not. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) {
      const extension = vscode.extensions.getExtension<Api>('trave.trave');
      const state = extension?.isActive ? extension.exports.condition() : 'not active';
      throw new Error(`in vain: ${what} (the server: ${JSON.stringify(state)})`);
    }
    await new Promise((resume) => setTimeout(resume, 100));
  }
}
