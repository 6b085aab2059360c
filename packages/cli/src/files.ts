import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError } from './failure.ts';

/** @throws FileError */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new FileError(path, 'read', error);
  }
}

/** @throws FileError */
export async function writeBytes(path: string, bytes: Uint8Array | string): Promise<void> {
  try {
    await writeFile(path, bytes);
  } catch (error) {
    throw new FileError(path, 'write', error);
  }
}

/**
 * The object files that an OBJ argument means: the file itself, or every `.o` below a directory, in
 * order of name.
 *
 * @throws FileError
 */
export async function objectFiles(
  path: string,
): Promise<{ readonly directory: boolean; readonly files: readonly string[] }> {
  try {
    if (!(await stat(path)).isDirectory()) return { directory: false, files: [path] };
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.o'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    return { directory: true, files };
  } catch (error) {
    throw new FileError(path, 'read', error);
  }
}
