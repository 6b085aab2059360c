import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
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
  await makeFolder(resolve(folder));
  return Promise.all(
    files.map(async ({ name, content }) => {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    }),
  );
}

/** Not mkdir's own recursion: below /proc and the like it never ends. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || existsSync(parent)) throw error;
    await makeFolder(parent);
    await mkdir(path);
  }
}
