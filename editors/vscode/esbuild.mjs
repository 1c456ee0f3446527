// Bundles the extension, and the tests that run inside the editor, each into one file.
import { build, context } from 'esbuild';

const options = {
  entryPoints: {
    extension: 'src/extension.ts',
    suite: 'test/suite.ts',
    'binary.test': 'test/binary.test.ts',
  },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  legalComments: 'linked',
  logLevel: 'warning',
};

if (process.argv.includes('--watch')) {
  await (await context(options)).watch();
} else {
  await build({ ...options, minifySyntax: true });
}
