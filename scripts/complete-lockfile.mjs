// A registry mirror may lack the binaries of other platforms; npm then leaves them out of the lockfile
// and `npm ci` refuses it, here and there. This adds the missing optional packages by name, version and
// platform. `--check` only says what is missing, or which download addresses are recorded.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'package-lock.json';
const OS = /\b(android|darwin|freebsd|linux|openharmony|win32|windows)\b/;
const CPU = /-(arm64|arm|ia32|ppc64|riscv64|s390x|x64|64)\b/;

const lock = JSON.parse(readFileSync(FILE, 'utf8'));

function platformOf(name) {
  const os = OS.exec(name)?.[1];
  const cpu = CPU.exec(name)?.[1];
  if (os === undefined || cpu === undefined) throw new Error(`no platform in the name ${name}`);
  const platform = { cpu: [cpu === '64' ? 'x64' : cpu], os: [os === 'windows' ? 'win32' : os] };
  if (os !== 'linux') return platform;
  if (name.includes('musl')) return { ...platform, libc: ['musl'] };
  return name.includes('gnu') ? { ...platform, libc: ['glibc'] } : platform;
}

const missing = new Map();
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const known = [`node_modules/${name}`, `${path}/node_modules/${name}`];
    if (known.some((place) => place in lock.packages)) continue;
    const { dev, license } = entry;
    missing.set(known[0], { version, dev, license, optional: true, ...platformOf(name) });
  }
}
const addresses = Object.values(lock.packages).filter(({ resolved }) => /^https?:/.test(resolved));

if (process.argv.includes('--check')) {
  for (const path of missing.keys()) process.stdout.write(`${FILE} lacks ${path}\n`);
  if (addresses.length > 0) process.stdout.write(`${FILE} records download addresses\n`);
  if (missing.size > 0) process.stdout.write('run `npm run lockfile:complete`\n');
  process.exitCode = missing.size + addresses.length === 0 ? 0 : 1;
} else {
  const entries = [...Object.entries(lock.packages), ...missing];
  lock.packages = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${missing.size} packages added to ${FILE}\n`);
}
