// The item in the status bar: what the server does, and how many findings there are.

import * as vscode from 'vscode';

import { isOurs } from './explain';
import type { Condition, Server } from './server';

const COMMANDS = [
  ['showRoutes', 'Show routes'],
  ['showAccessMatrix', 'Show access matrix'],
  ['showMap', 'Show map'],
  ['restart', 'Restart server'],
  ['showOutput', 'Show output'],
] as const;

/** Shows the item, and keeps it true. */
export function showStatus(server: Server): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('trave', vscode.StatusBarAlignment.Right, 1);
  item.name = 'Trave';
  item.command = 'trave.showOutput';
  const update = () => show(item, server.condition);
  update();
  item.show();
  return vscode.Disposable.from(
    item,
    server.onDidChange(update),
    vscode.languages.onDidChangeDiagnostics(update),
  );
}

function show(item: vscode.StatusBarItem, condition: Condition): void {
  const [text, meaning] = words(condition);
  item.text = text;
  const links = COMMANDS.map(([name, title]) => `[${title}](command:trave.${name})`);
  item.tooltip = new vscode.MarkdownString(`${meaning}\n\n${links.join(' · ')}`);
  item.tooltip.isTrusted = { enabledCommands: COMMANDS.map(([name]) => `trave.${name}`) };
  const isBad = condition.kind === 'failed' || condition.kind === 'missing';
  item.backgroundColor = isBad
    ? new vscode.ThemeColor('statusBarItem.warningBackground')
    : undefined;
}

/** What stands in the status bar, and what it means. */
function words(condition: Condition): [string, string] {
  switch (condition.kind) {
    case 'disabled':
      return ['$(circle-slash) trave', 'Trave is switched off here: see the setting `trave.enable`.'];
    case 'missing':
      return ['$(warning) trave', 'The program `trave` was not found.'];
    case 'starting':
      return ['$(sync~spin) trave', 'Trave is starting.'];
    case 'failed':
      return ['$(error) trave', `Trave does not run: ${condition.reason}`];
    case 'running':
      return running(condition.binary.file, condition.version);
  }
}

function running(file: string, version: string | undefined): [string, string] {
  const count = findings();
  const found = count === 1 ? '1 finding' : `${count} findings`;
  const icon = count === 0 ? '$(check)' : '$(info)';
  const text = count === 0 ? `${icon} trave` : `${icon} trave ${count}`;
  return [text, `Trave ${version ?? ''} runs: ${found}.\n\n\`${file}\``];
}

/** How many problems of ours the editor knows. */
function findings(): number {
  const ours = vscode.languages.getDiagnostics().map(([, all]) => all.filter(isOurs).length);
  return ours.reduce((sum, count) => sum + count, 0);
}
