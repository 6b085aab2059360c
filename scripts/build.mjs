// Builds every package: through turbo and its cache, or plainly with `tsc -b` on platforms for which
// the lockfile has no turbo binary. Arguments go to turbo.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const os = process.platform === 'win32' ? 'windows' : process.platform;
const architecture = process.arch === 'x64' ? '64' : process.arch;

function hasTurbo() {
  try {
    require.resolve(`@turbo/${os}-${architecture}/package.json`);
    return true;
  } catch {
    return false;
  }
}

/** The JavaScript launcher of a tool, so that no shell and no `.cmd` file is in the way. */
function launcher(name, binary) {
  const manifest = require.resolve(`${name}/package.json`);
  const { bin } = require(manifest);
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[binary]);
}

const command = hasTurbo()
  ? [launcher('turbo', 'turbo'), 'run', 'build', ...process.argv.slice(2)]
  : [launcher('typescript', 'tsc'), '-b'];
const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
process.exit(status ?? 1);
