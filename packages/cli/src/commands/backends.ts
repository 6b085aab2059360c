import { probeAll } from '@anybpf/runtime';
import { allBackends } from '../backends.ts';
import type { Command } from '../command.ts';

export const backends: Command = {
  name: 'backends',
  synopsis: '',
  summary: 'each backend: available, or why not and the remedy',
  options: {},
  positionals: [0, 0],
  async run({ json }, terminal) {
    const rows = (await probeAll(allBackends())).map(({ name, variants, status }) => ({
      name,
      variants,
      ...status,
    }));
    if (json) {
      terminal.out(JSON.stringify({ backends: rows }, null, 2));
      return 0;
    }
    const width = Math.max(...rows.map(({ name }) => name.length));
    for (const row of rows) {
      const status = row.available
        ? `available (${row.version})`
        : `not available: ${row.reason}\n${' '.repeat(width + 2)}${row.remedy}`;
      terminal.out(`${row.name.padEnd(width)}  ${status}`);
    }
    return 0;
  },
};
