/**
 * libbpf's low-level functions, and a few of libc, as the rest of the package calls them;
 * `libbpf.ts` implements them.
 *
 * Every function that takes a buffer takes the number of bytes that the callee may touch and checks
 * it before the call: the kernel writes `value_size` bytes wherever it is told to, so one short
 * buffer is a silent heap overflow. All calls are synchronous.
 *
 * Results are libbpf 1.x's: zero or a file descriptor, or a negated errno.
 */
export interface Libbpf {
  /** As the library states it, e.g. "v1.1". */
  readonly version: string;

  mapCreate(
    type: number,
    name: string,
    keySize: number,
    valueSize: number,
    maxEntries: number,
    options: Uint8Array,
  ): number;
  mapLookup(
    fd: number,
    key: Uint8Array | null,
    keySize: number,
    value: Uint8Array,
    valueSize: number,
  ): number;
  mapLookupAndDelete(
    fd: number,
    key: Uint8Array | null,
    keySize: number,
    value: Uint8Array,
    valueSize: number,
  ): number;
  mapUpdate(
    fd: number,
    key: Uint8Array | null,
    keySize: number,
    value: Uint8Array,
    valueSize: number,
    flags: number,
  ): number;
  mapDelete(fd: number, key: Uint8Array, keySize: number): number;
  /** @param key null for the first key */
  mapNextKey(fd: number, key: Uint8Array | null, next: Uint8Array, keySize: number): number;
  /** @param count in: room in `keys` and `values`; out: entries read */
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
  ): number;
  mapFreeze(fd: number): number;
  btfLoad(btf: Uint8Array): number;
  /** @param instructions whole slots */
  programLoad(
    type: number,
    name: string,
    license: string,
    instructions: Uint8Array,
    options: Uint8Array,
  ): number;
  /** @param options laid out by `TestRunOptions` */
  programTestRun(fd: number, options: Uint8Array): number;
  /**
   * Attaches a program for as long as the link is open.
   *
   * @param target interface number, file descriptor or 0, as the attach type has it
   * @returns file descriptor of the link, or a negated errno
   */
  linkCreate(fd: number, target: number, attachType: number, options: Uint8Array): number;
  /** BTF id of a kernel function or hook that a program of tracing or LSM type names. */
  vmlinuxBtfId(name: string, attachType: number): number;
  /** mmap, shared. @returns the mapping, or a negated errno */
  map(fd: number, length: number, offset: number, writable: boolean): Mapping | number;
  /** unshare(CLONE_NEWNET): moves this thread into a new network namespace. */
  unshareNetwork(): number;
  /** setns(CLONE_NEWNET): moves this thread into a network namespace. */
  enterNetwork(fd: number): number;
  /** Number of a network interface in this thread's namespace, or a negated errno. */
  interfaceIndex(name: string): number;
  /** Bytes of a memory page. */
  pageSize(): number;
  /** Address of a buffer's first byte; valid as long as the buffer is referenced. */
  address(buffer: Uint8Array): number;
}

/** Memory shared with the kernel. After `unmap` the view must not be touched. */
export interface Mapping {
  readonly bytes: ArrayBuffer;
  unmap(): void;
}

export type LibbpfResult =
  | { readonly ok: true; readonly libbpf: Libbpf }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };
