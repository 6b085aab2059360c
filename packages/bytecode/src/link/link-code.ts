import { LinkError } from '../errors.ts';
import { decode } from '../isa/decode.ts';
import type { Endianness, InstructionStream } from '../isa/instruction.ts';
import type { MapSpec } from '../object/spec.ts';
import type { ProgramTypeName } from '../platform/linux/program-types.ts';
import type { LinkedFunction, LinkedObject } from './linked-object.ts';

export interface LinkCodeOptions {
  /** Default `main`. */
  readonly name?: string;
  readonly type?: ProgramTypeName | null;
  readonly license?: string | null;
  /** What `map-index` and `map-value-index` count. */
  readonly maps?: readonly MapSpec[];
  /** Byte order of raw bytes. Default little. */
  readonly endianness?: Endianness;
}

/**
 * An object of one program, out of assembled text or raw bytecode. Targets of local calls and
 * callbacks become its functions.
 *
 * @throws InvalidInstructionError for bytes that do not decode
 * @throws LinkError for a call or callback outside the program, or an index without a map
 */
export function linkCode(
  code: InstructionStream | Uint8Array,
  options: LinkCodeOptions = {},
): LinkedObject {
  const { name = 'main', type = null, license = null, maps = [], endianness = 'little' } = options;
  const stream = code instanceof Uint8Array ? decode(code, { endianness, program: name }) : code;
  checkMaps(stream, maps, name);
  return {
    endianness: stream.endianness,
    license,
    version: null,
    maps,
    programs: [
      {
        name,
        section: name,
        type,
        attachType: null,
        attachTarget: '',
        optional: false,
        sleepable: false,
        fragments: false,
        code: stream,
        functions: functionsOf(stream, name),
        lines: [],
        unresolvedCoreRelocations: 0,
        coreFailures: [],
      },
    ],
    failures: [],
    btf: null,
  };
}

function checkMaps(stream: InstructionStream, maps: readonly MapSpec[], name: string): void {
  stream.instructions.forEach((instruction, index) => {
    if (instruction.kind !== 'lddw') return;
    const { source, imm } = instruction;
    if (source !== 'map-index' && source !== 'map-value-index') return;
    if (imm < 0 || imm >= maps.length) {
      throw new LinkError(`map index ${imm}, of ${maps.length} maps`, name, stream.slots[index]);
    }
  });
}

function functionsOf(stream: InstructionStream, name: string): readonly LinkedFunction[] {
  const end = stream.indexOfSlot.length;
  const starts = new Set([0]);
  stream.instructions.forEach((instruction, index) => {
    const slot = stream.slots[index] ?? 0;
    const offset =
      instruction.kind === 'call-local'
        ? instruction.offset
        : instruction.kind === 'lddw' && instruction.source === 'function'
          ? instruction.imm
          : null;
    if (offset === null) return;
    const target = slot + 1 + offset;
    if ((stream.indexOfSlot[target] ?? -1) < 0) {
      throw new LinkError(`names slot ${target} as a function, no instruction`, name, slot);
    }
    starts.add(target);
  });
  const ordered = [...starts].sort((a, b) => a - b);
  return ordered.map((slot, index) => ({
    name: index === 0 ? name : `${name}_${slot}`,
    slot,
    length: (ordered[index + 1] ?? end) - slot,
    btfId: null,
  }));
}
