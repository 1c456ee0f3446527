// Finds the binary of this machine among the packages that npm installed beside this one.
'use strict';

/** Whether the C library of this Linux is glibc, as far as Node knows. */
function hasGlibc() {
  // Without this, the report asks for the names of all hosts that Node is connected to.
  if (process.report) process.report.excludeNetwork = true;
  const report = process.report && process.report.getReport();
  const header = typeof report === 'string' ? JSON.parse(report).header : report && report.header;
  return Boolean(header && header.glibcVersionRuntime);
}

/**
 * The packages whose binary runs here, the best one first.
 *
 * @param {{ platform?: string, arch?: string, glibc?: boolean }} [machine] this one, if not told
 * @returns {string[]}
 */
function packages(machine = {}) {
  const { platform = process.platform, arch = process.arch } = machine;
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64')) {
    const glibc = machine.glibc === undefined ? hasGlibc() : machine.glibc;
    const musl = `@trave/linux-${arch}-musl`;
    // The one for musl is linked statically, and so runs everywhere.
    return glibc ? [`@trave/linux-${arch}-gnu`, musl] : [musl];
  }
  if (platform === 'darwin' && (arch === 'x64' || arch === 'arm64')) {
    return [`@trave/darwin-${arch}`];
  }
  // Windows on ARM runs programs for x64.
  if (platform === 'win32' && (arch === 'x64' || arch === 'arm64')) return ['@trave/win32-x64'];
  return [];
}

/**
 * The path of the binary, or null where none is installed. `TRAVE_BINARY` is believed.
 *
 * @returns {string | null}
 */
function binaryPath() {
  if (process.env.TRAVE_BINARY) return process.env.TRAVE_BINARY;
  const file = process.platform === 'win32' ? 'trave.exe' : 'trave';
  for (const name of packages()) {
    try {
      return require.resolve(`${name}/${file}`);
    } catch {
      // The next one may be there.
    }
  }
  return null;
}

/** What to tell a person on whose machine there is no binary. */
function advice() {
  const [wanted] = packages();
  const machine = `${process.platform} ${process.arch}`;
  if (!wanted) {
    return [
      `trave: there is no binary for ${machine} on npm.`,
      'Build it with `cargo install --path crates/trave`, and set TRAVE_BINARY to its path.',
    ].join('\n');
  }
  return [
    `trave: the package ${wanted}, which holds the binary for ${machine}, is not installed.`,
    'It is an optional dependency of trave. Install again without `--omit=optional` or',
    '`--no-optional`; if the lock file or node_modules came from another system, remove',
    'both and run the installation here.',
  ].join('\n');
}

module.exports = { advice, binaryPath, packages };
