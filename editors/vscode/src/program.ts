// Runs a command of trave in a folder, and gives back what it printed.

import { execFile } from 'node:child_process';

import * as vscode from 'vscode';

import type { Server } from './server';

/** What a whole project can print. */
const BYTES_MAX = 256 * 1024 * 1024;

/** A command that did not do what it was asked for. */
export class ProgramError extends Error {}

/** Runs `trave` with these arguments while a progress message is shown. */
export async function runTrave(
  server: Server,
  folder: vscode.WorkspaceFolder,
  args: readonly string[],
): Promise<string> {
  const binary = server.binary();
  if (!binary) throw new ProgramError('The program `trave` was not found: see the output.');
  const config = vscode.workspace.getConfiguration('trave', folder).get('configFile', '');
  const all = [...args, '--color', 'never', '--no-progress'];
  if (config) all.push('--config', config);
  server.output.info(`trave ${all.join(' ')} (in ${folder.uri.fsPath})`);
  const title = `trave ${args[0] ?? ''}`;
  const location = vscode.ProgressLocation.Window;
  return vscode.window.withProgress({ location, title }, () =>
    printed(binary.file, all, folder.uri.fsPath),
  );
}

function printed(file: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { cwd, maxBuffer: BYTES_MAX }, (error, stdout, stderr) => {
      // Findings make the exit code 1: that is no mistake.
      if (!error || error.code === 1) resolve(stdout);
      else reject(new ProgramError(stderr.trim() || error.message));
    });
  });
}

/** The folder that a command is about: that of the open file, the only one, or one chosen now. */
export async function chosenFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const open = vscode.window.activeTextEditor?.document.uri;
  const around = open && vscode.workspace.getWorkspaceFolder(open);
  if (around) return around;
  if (folders.length === 1) return folders[0];
  if (folders.length === 0) {
    void vscode.window.showInformationMessage('Trave: open a folder first.');
    return undefined;
  }
  return vscode.window.showWorkspaceFolderPick({ placeHolder: 'Which project?' });
}
