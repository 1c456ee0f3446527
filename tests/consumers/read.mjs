// Prints as JSON what the programs that read reports make of one: `node read.mjs FORMAT FILE`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as core from '@actions/core';
import { parse as parseTests } from 'junit2json';

const require = createRequire(import.meta.url);
const { parseCheckstyle } = require('danger-plugin-lint-report/dist/parse/checkstyle_parser.js');
const { xml2js } = require('xml-js');

const readers = { checkstyle, github, junit };
const [format, file] = process.argv.slice(2);
const read = await readers[format](readFileSync(file, 'utf8'));
process.stdout.write(JSON.stringify(read));

/** As a bot that comments on pull requests reads it. */
function checkstyle(text) {
  return parseCheckstyle(xml2js(text), '');
}

/** As converters read it. */
async function junit(text) {
  return parseTests(text);
}

/** As the runner takes commands apart; GitHub's toolkit has to write the very same line. */
function github(text) {
  const lines = text.split('\n').filter((line) => /^::(error|warning|notice) /.test(line));
  return lines.map((line) => {
    const end = line.indexOf('::', 2);
    const [level, list] = line.slice(2, end).split(/ (.*)/s);
    const pairs = list.split(',').map((pair) => pair.split(/=(.*)/s).slice(0, 2));
    const found = Object.fromEntries(pairs.map(([name, value]) => [name, property(value)]));
    const message = data(line.slice(end + 2));
    return { level, message, ...found, line: Number(found.line), toolkit: written(level, message, found) === `${line}\n` };
  });
}

function written(level, message, found) {
  const number = (text) => (text === undefined ? undefined : Number(text));
  let out = '';
  const write = process.stdout.write;
  process.stdout.write = (text) => {
    out += text;
    return true;
  };
  try {
    core[level](message, {
      title: found.title,
      file: found.file,
      startLine: number(found.line),
      endLine: number(found.endLine),
      startColumn: number(found.col),
      endColumn: number(found.endColumn),
    });
  } finally {
    process.stdout.write = write;
  }
  return out;
}

function data(text) {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function property(text) {
  const signs = text.replaceAll('%0D', '\r').replaceAll('%0A', '\n');
  return signs.replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%');
}
