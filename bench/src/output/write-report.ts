import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchReport } from '../report.ts';
import { formatChart } from './chart.ts';
import { formatMarkdown } from './markdown.ts';

/**
 * Writes `bench.json`, `bench.md` and `bench.svg` into a folder, which is made if need be.
 *
 * @returns paths of the files
 */
export async function writeReport(report: BenchReport, folder: string): Promise<string[]> {
  const files = [
    { name: 'bench.json', content: `${JSON.stringify(report, null, 2)}\n` },
    { name: 'bench.md', content: formatMarkdown(report, 'bench.svg') },
    { name: 'bench.svg', content: formatChart(report) },
  ];
  await mkdir(folder, { recursive: true });
  return Promise.all(
    files.map(async ({ name, content }) => {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    }),
  );
}
