// What the editor calls: starts the server, and registers the commands.

import * as vscode from 'vscode';

import { explainRule } from './explain';
import { registerPages } from './pages';
import { showAccess, showMap } from './reports';
import { showRoutes } from './routes';
import { Server, type Condition } from './server';
import { showStatus } from './status';

/** What other extensions, and tests, may ask. */
export interface Api {
  /** What the server is doing. */
  condition(): Condition;
  /** Tells every change of the condition. */
  onDidChange: vscode.Event<Condition>;
}

let server: Server | undefined;

/** Called by the editor when one of the activation events happens. */
export function activate(context: vscode.ExtensionContext): Api {
  const output = vscode.window.createOutputChannel('Trave', { log: true });
  const started = new Server(context, output);
  server = started;
  context.subscriptions.push(
    output,
    started,
    registerPages(),
    showStatus(started),
    ...commands(started),
    started.onDidChange(tellIfMissing),
    vscode.workspace.onDidChangeConfiguration((event) => {
      const isAboutStart = event.affectsConfiguration('trave.path');
      if (isAboutStart || event.affectsConfiguration('trave.enable')) void started.restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void started.restart()),
  );
  void started.restart();
  return { condition: () => started.condition, onDidChange: started.onDidChange };
}

/** Called by the editor before it ends. */
export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

function commands(started: Server): vscode.Disposable[] {
  const all: Record<string, (argument?: unknown) => unknown> = {
    showRoutes: () => showRoutes(started),
    showAccessMatrix: () => showAccess(started),
    showMap: () => showMap(started),
    explainRule: (rule) => explainRule(started, rule),
    restart: () => started.restart(),
    showOutput: () => started.output.show(),
  };
  return Object.entries(all).map(([name, run]) =>
    vscode.commands.registerCommand(`trave.${name}`, async (argument?: unknown) => {
      try {
        await run(argument);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        started.output.error(reason);
        void vscode.window.showErrorMessage(`Trave: ${reason}`);
      }
    }),
  );
}

/** Says once per start where the program could come from. */
async function tellIfMissing(condition: Condition): Promise<void> {
  if (condition.kind !== 'missing') return;
  const install = 'Install with npm';
  const settings = 'Open settings';
  const setting = vscode.workspace.getConfiguration('trave').get('path', '');
  const text = setting
    ? `Trave: the setting "trave.path" is "${setting}", where there is no program.`
    : 'Trave: the program `trave` is neither in the project nor on the PATH.';
  const choices = setting ? [settings] : [install, settings];
  const chosen = await vscode.window.showWarningMessage(text, ...choices);
  if (chosen === settings) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'trave.path');
  } else if (chosen === install) {
    const terminal = vscode.window.createTerminal('trave');
    terminal.show();
    terminal.sendText('npm install --save-dev trave');
  }
}
