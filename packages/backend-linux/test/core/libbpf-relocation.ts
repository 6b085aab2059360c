import { Buffer } from 'node:buffer';
import type * as Koffi from 'koffi';

/**
 * What libbpf makes of an object's CO-RE relocations: the object is opened and loaded by libbpf, and
 * its instructions are read back. Whether the kernel then takes the programs does not matter:
 * relocation comes before.
 */
interface LibbpfRelocation {
  /** libbpf refused to relocate the object; what it said, arguments left out. */
  readonly refused: string | null;
  /** Encoded instructions by program name. */
  readonly programs: ReadonlyMap<string, Uint8Array>;
}

export type Relocate = (object: string, target: string | null) => LibbpfRelocation;

/** Bytes of struct bpf_object_open_opts up to and with `btf_custom_path`, which is the last. */
const OPTIONS_SIZE = 56;
const SLOT_SIZE = 8;
const BPF_MAP_TYPE_RINGBUF = 27;
/** What libbpf says when a relocation cannot be applied. */
const REFUSAL = /failed to (relocate|patch insn|perform CO-RE relocations|parse target BTF)/;
/** Errors of loading that end before relocation. */
const TOO_EARLY = /failed to (create|load vmlinux BTF)/;

/** @returns a function that relocates in this process, or why there is none */
export async function openLibbpfRelocation(): Promise<Relocate | string> {
  if (process.platform !== 'linux') return `this is ${process.platform}, not Linux`;
  try {
    const koffi = await import('koffi');
    return relocateWith(koffi, koffi.load('libbpf.so.1'));
  } catch (error) {
    return `libbpf.so.1 does not load (${String(error).split('\n')[0]})`;
  }
}

function relocateWith(koffi: typeof Koffi, library: ReturnType<typeof Koffi.load>): Relocate {
  const openFile = library.func('bpf_object__open_file', 'void *', ['str', 'void *']);
  const load = library.func('bpf_object__load', 'int', ['void *']);
  const close = library.func('bpf_object__close', 'void', ['void *']);
  const nextMap = library.func('bpf_object__next_map', 'void *', ['void *', 'void *']);
  const mapType = library.func('bpf_map__type', 'int', ['void *']);
  const setValueSize = library.func('bpf_map__set_value_size', 'int', ['void *', 'uint32_t']);
  const nextProgram = library.func('bpf_object__next_program', 'void *', ['void *', 'void *']);
  const nameOf = library.func('bpf_program__name', 'str', ['void *']);
  const countOf = library.func('bpf_program__insn_cnt', 'size_t', ['void *']);
  const instructionsOf = library.func('bpf_program__insns', 'void *', ['void *']);
  const print = koffi.proto('int libbpf_print(int level, const char *format, void *arguments)');
  const setPrint = library.func('libbpf_set_print', 'void *', [koffi.pointer(print)]);

  return (path, target) => {
    const said: string[] = [];
    const listener = koffi.register((_level: number, format: string) => {
      said.push(format.trim());
      return 0;
    }, koffi.pointer(print));
    setPrint(listener);
    try {
      const targetPath = Buffer.from(`${target ?? ''}\0`);
      const options = Buffer.alloc(OPTIONS_SIZE);
      options.writeBigUInt64LE(BigInt(OPTIONS_SIZE), 0);
      if (target !== null) options.writeBigUInt64LE(koffi.address(targetPath), 48);
      const object = openFile(path, options);
      if (object === null || object === 0n) throw new Error(`libbpf does not open ${path}`);
      try {
        // cilium/ebpf lets ring buffers have a value type, the kernel does not.
        for (let at = nextMap(object, null); at; at = nextMap(object, at)) {
          if (mapType(at) === BPF_MAP_TYPE_RINGBUF) setValueSize(at, 0);
        }
        load(object);
        const early = said.find((line) => TOO_EARLY.test(line));
        if (early !== undefined) throw new Error(`libbpf never came to relocate ${path}: ${early}`);
        const programs = new Map<string, Uint8Array>();
        for (let at = nextProgram(object, null); at; at = nextProgram(object, at)) {
          const size = Number(countOf(at)) * SLOT_SIZE;
          const bytes = new Uint8Array(koffi.view(instructionsOf(at), size)).slice();
          programs.set(nameOf(at), bytes);
        }
        return { refused: said.find((line) => REFUSAL.test(line)) ?? null, programs };
      } finally {
        close(object);
      }
    } finally {
      setPrint(null);
      koffi.unregister(listener);
    }
  };
}
