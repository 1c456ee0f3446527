// "Show routes": every way in, to be searched and gone to.

import * as vscode from 'vscode';

import type { Server } from './server';

/** What the server answers to `trave/routes`, as far as it is used. */
interface Answer {
  folders: { folder: string; routes: Route[] }[];
}

interface Route {
  title: string;
  brief: string;
  location: { uri: string; range: { start: { line: number; character: number } } } | null;
  details: { guarded: string; queries: { table: string; operation: string }[] };
}

interface Item extends vscode.QuickPickItem {
  route: Route;
}

/** Lists the routes of all folders, and goes to the one that is chosen. */
export async function showRoutes(server: Server): Promise<void> {
  const { folders } = await server.ask<Answer>('trave/routes');
  const routes = folders.flatMap((folder) => folder.routes);
  if (routes.length === 0) {
    void vscode.window.showInformationMessage('Trave found no routes here.');
    return;
  }
  const chosen = await vscode.window.showQuickPick(routes.map(item), {
    title: 'Routes',
    placeHolder: 'A path, a method, a table …',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen) await goTo(chosen.route);
}

function item(route: Route): Item {
  const { guarded, queries } = route.details;
  const icon = queries.length === 0 ? 'circle-outline' : guarded === 'no' ? 'unlock' : 'lock';
  return {
    route,
    label: `$(${icon}) ${route.title}`,
    description: route.brief,
    detail: queriesOf(route) || 'no queries',
  };
}

/** `select boats, trips; insert logs`. */
function queriesOf({ details }: Route): string {
  const tables = new Map<string, Set<string>>();
  for (const { operation, table } of details.queries) {
    tables.set(operation, (tables.get(operation) ?? new Set()).add(table));
  }
  return [...tables].map(([operation, names]) => `${operation} ${[...names].join(', ')}`).join('; ');
}

async function goTo({ location }: Route): Promise<void> {
  if (!location) return;
  const { line, character } = location.range.start;
  const at = new vscode.Position(line, character);
  const selection = new vscode.Range(at, at);
  await vscode.window.showTextDocument(vscode.Uri.parse(location.uri), { selection });
}
