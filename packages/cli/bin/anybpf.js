#!/usr/bin/env node
// The launcher is committed so that npm can link it before anything is built.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
const main = new URL('../dist/main.js', import.meta.url);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`anybpf needs Node.js 22.12 or newer; this is ${process.version}.\n`);
  process.exitCode = 2;
} else if (!existsSync(main)) {
  process.stderr.write('anybpf is not built yet: run `npm run build` in the repository.\n');
  process.exitCode = 2;
} else {
  const { main: run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
}
