// Prints the Node.js of an npm script and of a turbo task's tools, and fails if the project's own did
// not arrive: npm can leave a stub in its place when it may not run install scripts.
import { readFileSync } from 'node:fs';

const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const wanted = devDependencies.node.split('.')[0];
const actual = process.versions.node.split('.')[0];
process.stdout.write(`scripts run on Node.js ${process.version} (${process.execPath})\n`);
if (actual !== wanted) {
  process.stdout.write(`Node.js ${wanted} was expected: run \`npm rebuild node\`\n`);
  process.exitCode = 1;
}
