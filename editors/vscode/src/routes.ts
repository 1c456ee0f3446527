// "Show routes": every way in, to be searched and gone to.

import * as vscode from 'vscode';

import { chosenFolder, runTrave } from './program';
import type { Server } from './server';

/** What is used of a route of `trave routes --format json`. */
interface Route {
  method: string;
  path: string;
  file: string;
  line: number;
  guarded: string;
  queries: { table: string; operation: string }[];
}

interface Item extends vscode.QuickPickItem {
  route: Route;
}

/** Lists the routes of a project, and goes to the one that is chosen. */
export async function showRoutes(server: Server): Promise<void> {
  const folder = await chosenFolder();
  if (!folder) return;
  const text = await runTrave(server, folder, ['routes', '--format', 'json']);
  const routes = JSON.parse(text) as Route[];
  if (routes.length === 0) {
    void vscode.window.showInformationMessage(`Trave found no routes in ${folder.name}.`);
    return;
  }
  const chosen = await vscode.window.showQuickPick(routes.map(item), {
    title: `Routes of ${folder.name}`,
    placeHolder: 'A path, a method, a table …',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen) await goTo(folder, chosen.route);
}

function item(route: Route): Item {
  const isOpen = route.guarded === 'no' && route.queries.length > 0;
  const icon = isOpen ? '$(unlock)' : '$(lock)';
  return {
    route,
    label: `${route.queries.length > 0 ? icon : '$(circle-outline)'} ${route.method} ${route.path}`,
    description: `guarded: ${route.guarded}`,
    detail: queries(route),
  };
}

/** `select boats, trips; insert logs`, or that there are none. */
function queries(route: Route): string {
  const tables = new Map<string, Set<string>>();
  for (const { operation, table } of route.queries) {
    tables.set(operation, (tables.get(operation) ?? new Set()).add(table));
  }
  const parts = [...tables].map(([operation, names]) => `${operation} ${[...names].join(', ')}`);
  return parts.join('; ') || 'no queries';
}

async function goTo(folder: vscode.WorkspaceFolder, { file, line }: Route): Promise<void> {
  const at = new vscode.Position(Math.max(line - 1, 0), 0);
  const uri = vscode.Uri.joinPath(folder.uri, file);
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at) });
}
