import { InternalError } from '@anybpf/bytecode';
import { LibbpfTooOldError } from './errors.ts';
import type { Libbpf, LibbpfResult, Mapping } from './libbpf-functions.ts';

const SONAME = 'libbpf.so.1';
/** 0.x returns errors in another way: found, it is named, not used. */
const OLD_SONAME = 'libbpf.so.0';
/** Path or soname to use instead of `libbpf.so.1`. */
const OVERRIDE = 'ANYBPF_LIBBPF';
const INSTALL =
  'Install libbpf 1.x: apt install libbpf1, dnf install libbpf, or apk add libbpf; or name the library in ANYBPF_LIBBPF';

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_FAILED: bigint = 2n ** 64n - 1n;
const CLONE_NEWNET = 0x40000000;

type Koffi = typeof import('koffi');
type Library = ReturnType<Koffi['load']>;
type Foreign<A extends readonly unknown[], R = number> = (...args: A) => R;
type Bytes = Uint8Array | Uint32Array | null;

let opened: Promise<LibbpfResult> | undefined;

/** Opens libbpf, once per process; a failure says why and what to do. */
export function openLibbpf(): Promise<LibbpfResult> {
  opened ??= open();
  return opened;
}

async function open(): Promise<LibbpfResult> {
  if (process.platform !== 'linux') {
    return {
      ok: false,
      reason: `this is ${process.platform}, not Linux`,
      remedy: 'Use another backend here, or run in a Linux machine or container',
    };
  }
  let koffi: Koffi;
  try {
    koffi = await import('koffi');
  } catch (cause) {
    return {
      ok: false,
      reason: `the optional package koffi does not load on ${process.arch} (${firstLine(cause)})`,
      remedy: 'Install it with npm install koffi, on a platform for which it has a binary',
    };
  }
  if (koffi.sizeof('void *') !== 8) {
    return {
      ok: false,
      reason: `only 64-bit processes are supported, this is ${process.arch}`,
      remedy: 'Run a 64-bit Node',
    };
  }
  const name = process.env[OVERRIDE] || SONAME;
  try {
    const libbpf = new KoffiLibbpf(koffi, koffi.load(name));
    if (!libbpf.version.startsWith('v0.')) return { ok: true, libbpf };
    return {
      ok: false,
      reason: `${name} is libbpf ${libbpf.version}, before 1.0`,
      remedy: INSTALL,
    };
  } catch (cause) {
    return libraryMissing(koffi, name, cause);
  }
}

function libraryMissing(koffi: Koffi, name: string, cause: unknown): LibbpfResult {
  if (name === SONAME && loads(koffi, OLD_SONAME)) {
    return {
      ok: false,
      reason: 'libbpf is older than 1.0 (only libbpf.so.0 is here)',
      remedy: INSTALL,
    };
  }
  return { ok: false, reason: `${name} does not load (${firstLine(cause)})`, remedy: INSTALL };
}

function loads(koffi: Koffi, name: string): boolean {
  try {
    koffi.load(name).unload();
    return true;
  } catch {
    return false;
  }
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
}

function checkRoom(buffer: Uint8Array | Uint32Array, bytes: number, what: string): void {
  if (!(buffer.byteLength >= bytes)) {
    throw new InternalError(`${what}: a buffer of ${buffer.byteLength} bytes, ${bytes} are needed`);
  }
}

/** The one class that calls foreign code; the length checks of `Libbpf` are here. */
class KoffiLibbpf implements Libbpf {
  readonly version: string;
  readonly #koffi: Koffi;
  readonly #library: Library;
  /** What the process has loaded: libc. */
  readonly #libc: Library;
  readonly #symbols: Map<string, unknown> = new Map<string, unknown>();

  // Resolved on first use: a symbol that this libbpf lacks matters only to the call that needs it.
  // The frequent ones have a field, the others are found in #symbols.
  #lookup: Foreign<[number, Bytes, Bytes]> | undefined;
  #lookupAndDelete: Foreign<[number, Bytes, Bytes]> | undefined;
  #update: Foreign<[number, Bytes, Bytes, number]> | undefined;
  #delete: Foreign<[number, Bytes]> | undefined;
  #nextKey: Foreign<[number, Bytes, Bytes]> | undefined;
  #lookupBatch: Foreign<[number, Bytes, Bytes, Bytes, Bytes, Bytes, null]> | undefined;
  #testRun: Foreign<[number, Bytes]> | undefined;

  constructor(koffi: Koffi, library: Library) {
    this.#koffi = koffi;
    this.#library = library;
    this.#libc = koffi.load(null);
    this.version = 'of unknown version';
    this.version = this.#symbol<[], string>('libbpf_version_string', 'str', [], '0.6')();
  }

  mapCreate(
    type: number,
    name: string,
    keySize: number,
    valueSize: number,
    maxEntries: number,
    options: Uint8Array,
  ): number {
    checkSelfSized(options, 'bpf_map_create');
    return this.#symbol<[number, string, number, number, number, Bytes]>(
      'bpf_map_create',
      'int',
      ['int', 'str', 'uint32_t', 'uint32_t', 'uint32_t', 'void *'],
      '0.7',
    )(type, name, keySize, valueSize, maxEntries, options);
  }

  mapLookup(
    fd: number,
    key: Uint8Array | null,
    keySize: number,
    value: Uint8Array,
    valueSize: number,
  ): number {
    if (key !== null) checkRoom(key, keySize, 'bpf_map_lookup_elem key');
    checkRoom(value, valueSize, 'bpf_map_lookup_elem value');
    this.#lookup ??= this.#symbol(
      'bpf_map_lookup_elem',
      'int',
      ['int', 'void *', 'void *'],
      '0.0.1',
    );
    return this.#lookup(fd, key, value);
  }

  mapLookupAndDelete(
    fd: number,
    key: Uint8Array | null,
    keySize: number,
    value: Uint8Array,
    valueSize: number,
  ): number {
    if (key !== null) checkRoom(key, keySize, 'bpf_map_lookup_and_delete_elem key');
    checkRoom(value, valueSize, 'bpf_map_lookup_and_delete_elem value');
    this.#lookupAndDelete ??= this.#symbol(
      'bpf_map_lookup_and_delete_elem',
      'int',
      ['int', 'void *', 'void *'],
      '0.0.1',
    );
    return this.#lookupAndDelete(fd, key, value);
  }

  mapUpdate(
    fd: number,
    key: Uint8Array | null,
    keySize: number,
    value: Uint8Array,
    valueSize: number,
    flags: number,
  ): number {
    if (key !== null) checkRoom(key, keySize, 'bpf_map_update_elem key');
    checkRoom(value, valueSize, 'bpf_map_update_elem value');
    this.#update ??= this.#symbol(
      'bpf_map_update_elem',
      'int',
      ['int', 'void *', 'void *', 'uint64_t'],
      '0.0.1',
    );
    return this.#update(fd, key, value, flags);
  }

  mapDelete(fd: number, key: Uint8Array, keySize: number): number {
    checkRoom(key, keySize, 'bpf_map_delete_elem key');
    this.#delete ??= this.#symbol('bpf_map_delete_elem', 'int', ['int', 'void *'], '0.0.1');
    return this.#delete(fd, key);
  }

  mapNextKey(fd: number, key: Uint8Array | null, next: Uint8Array, keySize: number): number {
    if (key !== null) checkRoom(key, keySize, 'bpf_map_get_next_key key');
    checkRoom(next, keySize, 'bpf_map_get_next_key next key');
    this.#nextKey ??= this.#symbol(
      'bpf_map_get_next_key',
      'int',
      ['int', 'void *', 'void *'],
      '0.0.1',
    );
    return this.#nextKey(fd, key, next);
  }

  mapLookupBatch(
    fd: number,
    cursorIn: Uint8Array | null,
    cursorOut: Uint8Array,
    cursorSize: number,
    keys: Uint8Array,
    keySize: number,
    values: Uint8Array,
    valueSize: number,
    count: Uint32Array,
  ): number {
    const room = count[0] ?? 0;
    if (cursorIn !== null) checkRoom(cursorIn, cursorSize, 'bpf_map_lookup_batch cursor');
    checkRoom(cursorOut, cursorSize, 'bpf_map_lookup_batch cursor');
    checkRoom(keys, keySize * room, 'bpf_map_lookup_batch keys');
    checkRoom(values, valueSize * room, 'bpf_map_lookup_batch values');
    checkRoom(count, 4, 'bpf_map_lookup_batch count');
    this.#lookupBatch ??= this.#symbol(
      'bpf_map_lookup_batch',
      'int',
      ['int', 'void *', 'void *', 'void *', 'void *', 'void *', 'void *'],
      '0.1.0',
    );
    return this.#lookupBatch(fd, cursorIn, cursorOut, keys, values, count, null);
  }

  mapFreeze(fd: number): number {
    return this.#symbol<[number]>('bpf_map_freeze', 'int', ['int'], '0.0.4')(fd);
  }

  btfLoad(btf: Uint8Array): number {
    return this.#symbol<[Bytes, number, null]>(
      'bpf_btf_load',
      'int',
      ['void *', 'size_t', 'void *'],
      '0.7',
    )(btf, btf.byteLength, null);
  }

  programLoad(
    type: number,
    name: string,
    license: string,
    instructions: Uint8Array,
    options: Uint8Array,
  ): number {
    checkSelfSized(options, 'bpf_prog_load');
    return this.#symbol<[number, string, string, Bytes, number, Bytes]>(
      'bpf_prog_load',
      'int',
      ['int', 'str', 'str', 'void *', 'size_t', 'void *'],
      '0.7',
    )(type, name, license, instructions, Math.floor(instructions.byteLength / 8), options);
  }

  programTestRun(fd: number, options: Uint8Array): number {
    checkSelfSized(options, 'bpf_prog_test_run_opts');
    this.#testRun ??= this.#symbol('bpf_prog_test_run_opts', 'int', ['int', 'void *'], '0.3');
    return this.#testRun(fd, options);
  }

  linkCreate(fd: number, target: number, attachType: number, options: Uint8Array): number {
    checkSelfSized(options, 'bpf_link_create');
    return this.#symbol<[number, number, number, Bytes]>(
      'bpf_link_create',
      'int',
      ['int', 'int', 'int', 'void *'],
      '0.0.7',
    )(fd, target, attachType, options);
  }

  vmlinuxBtfId(name: string, attachType: number): number {
    return this.#symbol<[string, number]>(
      'libbpf_find_vmlinux_btf_id',
      'int',
      ['str', 'int'],
      '0.0.6',
    )(name, attachType);
  }

  map(fd: number, length: number, offset: number, writable: boolean): Mapping | number {
    const mmap: Foreign<[null, number, number, number, number, number], bigint> = this.#libc.func(
      'mmap',
      'void *',
      ['void *', 'size_t', 'int', 'int', 'int', 'int64_t'],
    );
    const munmap: Foreign<[bigint, number]> = this.#libc.func('munmap', 'int', [
      'void *',
      'size_t',
    ]);
    const protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    const at = mmap(null, length, protection, MAP_SHARED, fd, offset);
    if (at === MAP_FAILED) return -this.#koffi.errno();
    let mapped = true;
    return {
      bytes: this.#koffi.view(at, length),
      unmap: () => {
        if (mapped) munmap(at, length);
        mapped = false;
      },
    };
  }

  unshareNetwork(): number {
    const unshare: Foreign<[number]> = this.#libc.func('unshare', 'int', ['int']);
    return unshare(CLONE_NEWNET) === 0 ? 0 : -this.#koffi.errno();
  }

  enterNetwork(fd: number): number {
    const setns: Foreign<[number, number]> = this.#libc.func('setns', 'int', ['int', 'int']);
    return setns(fd, CLONE_NEWNET) === 0 ? 0 : -this.#koffi.errno();
  }

  interfaceIndex(name: string): number {
    const find: Foreign<[string]> = this.#libc.func('if_nametoindex', 'uint32_t', ['str']);
    return find(name) || -this.#koffi.errno();
  }

  pageSize(): number {
    const getpagesize: Foreign<[]> = this.#libc.func('getpagesize', 'int', []);
    return getpagesize();
  }

  address(buffer: Uint8Array): number {
    // User space has 47 bits of address without asking for more: a number holds it exactly.
    return Number(this.#koffi.address(buffer));
  }

  #symbol<A extends readonly unknown[], R = number>(
    name: string,
    result: string,
    parameters: string[],
    since: string,
  ): Foreign<A, R> {
    const known = this.#symbols.get(name);
    if (known !== undefined) return known as Foreign<A, R>;
    try {
      const symbol: Foreign<A, R> = this.#library.func(name, result, parameters);
      this.#symbols.set(name, symbol);
      return symbol;
    } catch {
      throw new LibbpfTooOldError(name, this.version, since);
    }
  }
}

/** libbpf's option structs begin with their own size as a size_t. */
function checkSelfSized(options: Uint8Array, what: string): void {
  checkRoom(options, 8, what);
  const size = (options[0] ?? 0) | ((options[1] ?? 0) << 8);
  if (size !== options.byteLength) {
    throw new InternalError(`${what}: options of ${options.byteLength} bytes say they are ${size}`);
  }
}
