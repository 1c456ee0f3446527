// Texts and pages that trave writes, shown in the editor.

import * as vscode from 'vscode';

const SCHEME = 'trave';

const texts = new Map<string, string>();
const changes = new vscode.EventEmitter<vscode.Uri>();

/** Makes the pages known to the editor. */
export function registerPages(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changes.event,
    provideTextDocumentContent: (uri) => texts.get(uri.path) ?? '',
  });
}

/** The page of a rule, as the server has it. */
export interface RulePage {
  rule: string;
  markdown: string;
}

/** Shows the page of a rule. */
export async function showRule({ rule, markdown }: RulePage): Promise<void> {
  await vscode.commands.executeCommand('markdown.showPreview', page(`${rule}.md`, markdown));
}

/** Shows a plain text beside the code. */
export async function showText(name: string, text: string): Promise<void> {
  const options = { preview: true, viewColumn: vscode.ViewColumn.Beside };
  await vscode.window.showTextDocument(page(name, text), options);
}

/** The address under which the editor gets this text. */
function page(name: string, text: string): vscode.Uri {
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
  texts.set(uri.path, text);
  changes.fire(uri);
  return uri;
}

/** Shows a page in HTML, which brings all it needs with it. */
export function showHtml(view: string, title: string, html: string): void {
  const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.One;
  const panel = vscode.window.createWebviewPanel(`trave.${view}`, title, column, {
    enableScripts: true,
    enableFindWidget: true,
    retainContextWhenHidden: true,
    localResourceRoots: [],
  });
  panel.webview.html = html;
}
