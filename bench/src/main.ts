// `npm start` and `npm run bench`: the ten programs on every backend that works here.
import { parseArgs } from 'node:util';
import { createLinuxBackend } from '@anybpf/backend-linux';
import { createInterpreter } from '@anybpf/runtime';
import { formatText } from './output/text.ts';
import { writeReport } from './output/write-report.ts';
import { programWorkloads, sharedBatch } from './program-workloads.ts';
import { runBench } from './run-bench.ts';

const USAGE = 'usage: npm run bench -- [--quick] [--json] [--report DIR]';

const QUICK = { rounds: 3, sampleMs: 5 };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      report: { type: 'string' },
    },
  });
  const report = await runBench({
    workloads: programWorkloads(),
    backends: [createInterpreter(), createLinuxBackend()],
    batch: sharedBatch(),
    ...(values.quick ? QUICK : {}),
    onProgress: ({ workload, done, total }) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done + 1}/${total} ${workload}`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : formatText(report));
  if (values.report !== undefined) {
    const files = await writeReport(report, values.report);
    process.stderr.write(`wrote ${files.join(', ')}\n`);
  }
}

main().catch((error: unknown) => {
  const usage =
    error instanceof TypeError &&
    Reflect.get(error, 'code')?.toString().startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (usage) process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
});
