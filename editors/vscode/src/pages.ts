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

/** Shows a page in Markdown, such as that of a rule. */
export async function showPage(name: string, text: string): Promise<void> {
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}.md` });
  texts.set(uri.path, text);
  changes.fire(uri);
  await vscode.commands.executeCommand('markdown.showPreview', uri);
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
