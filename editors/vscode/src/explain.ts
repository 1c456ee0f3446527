// "Explain rule": the page of the rule under the cursor, or of one that is chosen.

import * as vscode from 'vscode';

import { showRule, type RulePage } from './pages';
import { chosenFolder, runTrave } from './program';
import type { Server } from './server';

/** What is used of a rule of `trave rules --format json`. */
interface Rule {
  rule: string;
  level: string;
  summary: string;
}

/** Shows the page of a rule: the one that is named, the one under the cursor, or a choice. */
export async function explainRule(server: Server, named?: unknown): Promise<void> {
  const rule = typeof named === 'string' ? named : (underCursor() ?? (await choice(server)));
  if (rule) await showRule(await server.ask<RulePage>('trave/explain', { rule }));
}

/** The rule of the finding under the cursor. */
function underCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const found = vscode.languages
    .getDiagnostics(editor.document.uri)
    .find((one) => isOurs(one) && one.range.contains(editor.selection.active));
  const code = found?.code;
  return code === undefined ? undefined : String(typeof code === 'object' ? code.value : code);
}

/** Whether trave reported it. */
export function isOurs(diagnostic: vscode.Diagnostic): boolean {
  return diagnostic.source === 'trave';
}

async function choice(server: Server): Promise<string | undefined> {
  const folder = await chosenFolder();
  if (!folder) return undefined;
  const text = await runTrave(server, folder, ['rules', '--format', 'json']);
  const items = (JSON.parse(text) as Rule[]).map(({ rule, level, summary }) => ({
    label: rule,
    description: level,
    detail: summary,
  }));
  const options = { placeHolder: 'Which rule?', matchOnDetail: true };
  return (await vscode.window.showQuickPick(items, options))?.label;
}
