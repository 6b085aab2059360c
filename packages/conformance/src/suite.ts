import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConformanceTest, parseDataFile } from './data-file.ts';

/** Folder of this package's own vectors: at least one test for each opcode. */
export const OWN_VECTORS: string = fileURLToPath(new URL('../vectors', import.meta.url));

/**
 * Every `.data` file below a folder, in order of name.
 *
 * @throws DataFileError for a file out of format; the file system's errors for an unreadable folder
 */
export async function readSuite(folder: string): Promise<ConformanceTest[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.data'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const tests = await Promise.all(
    files.map(async (file) => parseDataFile(await readFile(file, 'utf8'), basename(file))),
  );
  return tests.flat();
}
