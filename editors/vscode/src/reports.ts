// "Show access matrix" and "Show map": pages in HTML that trave writes.

import * as vscode from 'vscode';

import { showHtml } from './pages';
import { chosenFolder, runTrave } from './program';
import type { Server } from './server';

/** What the server answers to `trave/accessMatrix`: a page for each folder of migrations. */
interface Answer {
  pages: { folder: string; root: string; html: string }[];
}

/** Shows which rows each role may read and change. */
export async function showAccess(server: Server): Promise<void> {
  const { pages } = await server.ask<Answer>('trave/accessMatrix');
  const [first, ...more] = pages;
  if (!first) {
    void vscode.window.showInformationMessage('Trave found no migrations here.');
    return;
  }
  const items = pages.map((page) => ({ label: page.root, description: page.folder, page }));
  const placeHolder = 'Which migrations?';
  const chosen =
    more.length === 0 ? first : (await vscode.window.showQuickPick(items, { placeHolder }))?.page;
  if (chosen) showHtml('access', `Access matrix: ${chosen.root}`, chosen.html);
}

/** Shows routes, queries and tables as a picture. */
export async function showMap(server: Server): Promise<void> {
  const folder = await chosenFolder();
  if (!folder) return;
  showHtml('map', `Map: ${folder.name}`, await runTrave(server, folder, ['map', '--output', '-']));
}
