#!/usr/bin/env node
// Runs the binary of this machine as if it had been called itself.
'use strict';

const { spawn } = require('node:child_process');
const { advice, binaryPath } = require('../lib/binary.js');

const CANNOT_RUN = 2;

function run(binary) {
  const child = spawn(binary, process.argv.slice(2), { stdio: 'inherit' });
  child.on('error', (error) => {
    console.error(`trave: ${binary} cannot be run: ${error.message}`);
    process.exitCode = CANNOT_RUN;
  });
  // Whoever ends this process means the binary.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  child.on('exit', (code, signal) => {
    for (const one of signals) process.off(one, forward);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}

const binary = binaryPath();
if (binary) {
  run(binary);
} else {
  console.error(advice());
  process.exitCode = CANNOT_RUN;
}
