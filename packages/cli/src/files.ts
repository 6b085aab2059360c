import { type FileHandle, open, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AnyBpfError } from '@anybpf/bytecode';
import { FileError } from './failure.ts';

/** Bytes that are taken of a pipe or device, which may have no end. */
const MAX_STREAM = 256 << 20;

/** @throws FileError */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    return (await file.stat()).isFile() ? await file.readFile() : await readStream(file);
  } catch (error) {
    throw new FileError(path, 'read', error);
  }
}

async function readStream(file: FileHandle): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_STREAM) throw Object.assign(new Error('endless'), { code: 'EFBIG' });
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** @throws FileError */
export async function writeBytes(path: string, bytes: Uint8Array | string): Promise<void> {
  try {
    await writeFile(path, bytes);
  } catch (error) {
    throw new FileError(path, 'write', error);
  }
}

/** Does something with the contents of a file; errors about them name the file. */
export function inFile<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof AnyBpfError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}

/**
 * The object files that an OBJ argument means: the file itself, or every object below a directory, in
 * order of name. An object is what is named `.o` or begins as ELF files do.
 *
 * @throws FileError
 */
export async function objectFiles(
  path: string,
): Promise<{ readonly directory: boolean; readonly files: readonly string[] }> {
  try {
    if (!(await stat(path)).isDirectory()) return { directory: false, files: [path] };
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = [];
    for (const entry of entries) {
      const file = join(entry.parentPath, entry.name);
      if (entry.isFile() && (entry.name.endsWith('.o') || (await isElf(file)))) files.push(file);
    }
    return { directory: true, files: files.sort() };
  } catch (error) {
    throw new FileError(path, 'read', error);
  }
}

/** Of a file that may not be read nobody can say: it is none. */
async function isElf(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.readUInt32BE() === 0x7f454c46;
  } catch {
    return false;
  }
}
