// What npm would publish, checked the way a consumer meets it: publint reads package.json against the
// packed files, attw resolves the types. One line per package; exit status 1 if any is unwell.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const folders = [...readdirSync('packages').map((name) => `packages/${name}`), 'programs', 'bench'];
let unwell = 0;

for (const folder of folders) {
  const file = `${folder}/package.json`;
  if (!existsSync(file)) continue;
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  if (manifest.private) continue;
  const checks = [
    ['publint', ['publint', folder, '--strict']],
    ['attw', ['attw', '--pack', folder, '--profile', 'esm-only', '--no-emoji', '-f', 'ascii']],
  ];
  for (const [name, args] of checks) {
    const run = spawnSync('npx', ['--no-install', ...args], { encoding: 'utf8' });
    process.stdout.write(`${manifest.name}: ${name} ${run.status === 0 ? 'good' : 'FAILED'}\n`);
    if (run.status !== 0) {
      unwell++;
      process.stdout.write(`${run.stdout}${run.stderr}\n`);
    }
  }
}
process.exit(unwell === 0 ? 0 : 1);
