// Where the program is that this extension runs.

import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** Where to look for the program. */
export interface Places {
  /** The setting `trave.path`; empty if it is not set. */
  setting: string;
  /** The folders of the workspace whose own programs may be run. */
  folders: readonly string[];
  /** The folders of the `PATH`. */
  path: readonly string[];
  /** The folder of this extension. */
  extension: string;
}

/** A program, and why it is this one. */
export interface Binary {
  file: string;
  from: 'setting' | 'project' | 'path' | 'extension';
}

const EXECUTABLE = process.platform === 'win32' ? 'trave.exe' : 'trave';

/** The program to run. A setting that leads nowhere is a mistake to be told, not one to heal. */
export function findBinary(places: Places): Binary | undefined {
  if (places.setting) {
    const file = settingFile(places);
    return file ? { file, from: 'setting' } : undefined;
  }
  for (const folder of places.folders) {
    const file = projectBinary(folder);
    if (file) return { file, from: 'project' };
  }
  const onPath = places.path.map((folder) => join(folder, EXECUTABLE)).find(isExecutable);
  if (onPath) return { file: onPath, from: 'path' };
  const bundled = join(places.extension, 'bin', EXECUTABLE);
  return isExecutable(bundled) ? { file: bundled, from: 'extension' } : undefined;
}

/** The folders that an environment names in its `PATH`. */
export function pathFolders(environment: NodeJS.ProcessEnv): string[] {
  return (environment['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
}

function settingFile({ setting, folders }: Places): string | undefined {
  const files = isAbsolute(setting) ? [setting] : folders.map((folder) => resolve(folder, setting));
  return files.find(isExecutable);
}

/** The program of the package that a project installed: its own, past the script that finds it. */
function projectBinary(folder: string): string | undefined {
  try {
    const manifest = realpathSync(join(folder, 'node_modules', 'trave', 'package.json'));
    // The packages with the binaries are those that `trave` itself sees: pnpm hides them from the
    // project.
    const fromPackage = createRequire(manifest);
    const found: unknown = fromPackage(manifest.replace(/package\.json$/, 'lib/binary.js'));
    const file = (found as { binaryPath(): string | null }).binaryPath();
    return file && isExecutable(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
