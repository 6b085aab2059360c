import { readFile } from 'node:fs/promises';
import { type Btf, parseBtf } from '@anybpf/bytecode';

const PATH = '/sys/kernel/btf/vmlinux';
/** No such file; no kernel file system; nothing to read there. */
const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'EACCES']);

let known: Promise<Btf | null> | undefined;

/**
 * Types of the running kernel, for `linkObject(spec, { targetBtf })`: without them CO-RE relocations
 * stay unresolved, and such programs do not load. Read once per process.
 *
 * @returns null where the kernel offers none (not Linux, or built without CONFIG_DEBUG_INFO_BTF)
 * @throws ObjectFormatError for types that this version cannot read
 */
export function kernelBtf(): Promise<Btf | null> {
  known ??= read();
  return known;
}

async function read(): Promise<Btf | null> {
  if (process.platform !== 'linux') return null;
  try {
    return parseBtf(await readFile(PATH), { where: PATH });
  } catch (error) {
    if (error instanceof Error && 'code' in error && ABSENT.has(error.code)) return null;
    throw error;
  }
}
