import {
  encode,
  type Instruction,
  type InstructionStream,
  type LinkedObject,
  linkCode,
  type MapSpec,
  mapSpec,
  slotsOf,
  trustWithoutVerification,
} from '@anybpf/bytecode';
import type { Backend, Cost } from '@anybpf/runtime';

/** What a plain function of memory came to. */
export interface FunctionResult {
  /** All 64 bits of r0, unsigned. */
  readonly r0: bigint;
  /** The memory after the run. */
  readonly memory: Uint8Array;
  readonly cost: Cost;
}

const KEY = new Uint8Array(4);
const MEMORY = 'memory';
const RESULT = 'result';

/** The shortest frame that every backend takes. */
const FRAME = new Uint8Array(64);

/**
 * Calls a code stream as a function f(r1 = address of memory, r2 = its length) on any backend, through
 * the Backend contract alone: an XDP program calls it as a subprogram, with a map value for memory,
 * and stores r0 into a second map. So all 64 bits come back where a verdict has 32, every access form
 * is legal (atomics are not on packets), and the kernel's verifier sees two ordinary functions.
 */
export async function runFunction(
  backend: Backend,
  code: InstructionStream,
  memory: Uint8Array,
): Promise<FunctionResult> {
  const object = trustWithoutVerification(wrap(code, memory.length), 'conformance vector');
  await using loaded = await backend.load(object);
  const program = loaded.programs.get('conformance');
  const memoryMap = loaded.maps.get(MEMORY);
  const resultMap = loaded.maps.get(RESULT);
  if (program === undefined || resultMap === undefined) {
    throw new TypeError(`backend ${backend.name} loaded neither the program nor its result map`);
  }
  memoryMap?.set(KEY, memory);
  const { cost } = program.run({ packet: FRAME });
  const result = resultMap.get(KEY);
  if (result === undefined) {
    throw new TypeError(`backend ${backend.name} lost the value of an array map`);
  }
  const view = new DataView(result.buffer, result.byteOffset, result.byteLength);
  return {
    r0: view.getBigUint64(0, true),
    memory: memoryMap?.get(KEY) ?? new Uint8Array(0),
    cost,
  };
}

function wrap(code: InstructionStream, memoryLength: number): LinkedObject {
  const maps: MapSpec[] = [oneValue(RESULT, 8)];
  if (memoryLength > 0) maps.push(oneValue(MEMORY, memoryLength));
  const epilogue: readonly Instruction[] = [
    { kind: 'lddw', source: 'map-value-index', dst: 1, imm: 0, nextImm: 0 },
    { kind: 'store', size: 8, dst: 1, source: { kind: 'reg', reg: 0 }, offset: 0 },
    move(0, 0),
    { kind: 'exit' },
  ];
  const prologue: readonly Instruction[] = [
    memoryLength > 0
      ? { kind: 'lddw', source: 'map-value-index', dst: 1, imm: 1, nextImm: 0 }
      : move(1, 0),
    move(2, memoryLength),
    {
      kind: 'call-local',
      offset: epilogue.reduce((sum, instruction) => sum + slotsOf(instruction), 0),
    },
  ];
  const main = encode([...prologue, ...epilogue], code.endianness);
  const bytes = new Uint8Array(main.length + code.bytes.length);
  bytes.set(main);
  bytes.set(code.bytes, main.length);
  return linkCode(bytes, {
    name: 'conformance',
    type: 'xdp',
    license: 'GPL',
    maps,
  });
}

function oneValue(name: string, valueSize: number): MapSpec {
  return mapSpec({ name, type: 'array', keySize: 4, valueSize, maxEntries: 1 });
}

function move(dst: number, imm: number): Instruction {
  return { kind: 'alu', op: 'mov', width: 64, dst, source: { kind: 'imm', imm } };
}
