// Where the program is looked for, and in which order.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { findBinary, pathFolders } from '../src/binary';

const EXECUTABLE = process.platform === 'win32' ? 'trave.exe' : 'trave';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trave-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Makes a program. */
function program(...path: string[]): string {
  const file = write('', ...path);
  chmodSync(file, 0o755);
  return file;
}

function write(text: string, ...path: string[]): string {
  const file = join(folder, ...path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** A project in which npm installed the package `trave`. */
function installed(): string {
  const file = program('project', 'node_modules', '@trave', 'this', EXECUTABLE);
  write('{}', 'project', 'node_modules', 'trave', 'package.json');
  const find = `exports.binaryPath = () => ${JSON.stringify(file)};`;
  write(find, 'project', 'node_modules', 'trave', 'lib', 'binary.js');
  return file;
}

/** Everywhere that there is to look. */
function places(setting = '') {
  return {
    setting,
    folders: [join(folder, 'empty'), join(folder, 'project')],
    path: [join(folder, 'usr')],
    extension: join(folder, 'extension'),
  };
}

test('the project comes before the PATH, and the PATH before the extension', () => {
  assert.equal(findBinary(places()), undefined);
  const bundled = program('extension', 'bin', EXECUTABLE);
  assert.deepEqual(findBinary(places()), { file: bundled, from: 'extension' });
  const onPath = program('usr', EXECUTABLE);
  assert.deepEqual(findBinary(places()), { file: onPath, from: 'path' });
  const own = installed();
  assert.deepEqual(findBinary(places()), { file: own, from: 'project' });
});

test('a setting is taken at its word', () => {
  program('usr', EXECUTABLE);
  const file = program('project', 'tools', 'mine');
  assert.deepEqual(findBinary(places(file)), { file, from: 'setting' });
  assert.deepEqual(findBinary(places('tools/mine')), { file, from: 'setting' });
  assert.equal(findBinary(places('tools/yours')), undefined);
});

test('a file that cannot be run is no program', { skip: process.platform === 'win32' }, () => {
  write('', 'usr', EXECUTABLE);
  assert.equal(findBinary(places()), undefined);
});

test('only whole folders of the PATH count', () => {
  const path = ['', '.', join(folder, 'usr')].join(process.platform === 'win32' ? ';' : ':');
  assert.deepEqual(pathFolders({ PATH: path }), [join(folder, 'usr')]);
});
