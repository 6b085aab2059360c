import { assemble, linkCode, mapSpec, trustWithoutVerification } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import {
  type BpfMap,
  ClosedError,
  createInterpreter,
  createStepper,
  type LoadedObject,
  MapOperationError,
  type PacketBatch,
  type Program,
  type ProgramInput,
  packetBatch,
} from '../../src/index.ts';
import { hex, u32 } from './load-text.ts';

const MAPS = [
  mapSpec({ name: 'values', type: 'array', keySize: 4, valueSize: 4, maxEntries: 2 }),
  mapSpec({ name: 'programs', type: 'prog_array', keySize: 4, valueSize: 4, maxEntries: 2 }),
  mapSpec({
    name: 'maps',
    type: 'array_of_maps',
    keySize: 4,
    valueSize: 4,
    maxEntries: 2,
    inner: mapSpec({ name: 'inner', type: 'array', keySize: 4, valueSize: 4, maxEntries: 2 }),
  }),
];
/** First four bytes of the packet. */
const READ = `
  r2 = *(u32 *)(r1 + 0)
  r3 = *(u32 *)(r1 + 4)
  r4 = r2
  r4 += 4
  r0 = 0
  if r4 > r3 goto +1
  r0 = *(u32 *)(r2 + 0)
  exit`;

async function load(backend = createInterpreter()): Promise<LoadedObject> {
  const linked = linkCode(assemble(READ), { name: 'main', type: 'xdp', maps: MAPS });
  return backend.load(trustWithoutVerification(linked, 'test'));
}

function programOf(object: LoadedObject): Program {
  const program = object.programs.get('main');
  if (program === undefined) throw new Error('no program main');
  return program;
}

function mapOf(object: LoadedObject, name: string): BpfMap {
  const map = object.maps.get(name);
  if (map === undefined) throw new Error(`no map ${name}`);
  return map;
}

const packet = new Uint8Array(64).fill(0xee);

/** What callers without a compiler hand over in place of 64 bytes. */
const NO_BYTES: readonly (readonly [string, unknown])[] = [
  ['text', 'x'.repeat(64)],
  ['a number', 64],
  ['an array', Array.from(packet)],
  ['an ArrayBuffer', packet.buffer],
  ['a DataView', new DataView(packet.buffer)],
  ['16-bit elements', new Uint16Array(32)],
  ['clamped bytes', new Uint8ClampedArray(64)],
  ['something with a length', { length: 64, byteLength: 64 }],
];

describe('what is no Uint8Array is refused, and the next run goes on as if nothing had been', () => {
  it.each(NO_BYTES)('%s', async (_what, value) => {
    const object = await load();
    const program = programOf(object);
    const map = mapOf(object, 'values');
    const bytes = value as Uint8Array;
    for (const input of [{ packet: bytes }, { packet, context: bytes }]) {
      expect(() => program.run(input)).toThrow(TypeError);
      expect(() => createStepper(program, input)).toThrow(TypeError);
    }
    expect(() => program.runBatch({ ...packetBatch([packet]), data: bytes })).toThrow(TypeError);
    expect(() => map.get(bytes)).toThrow(TypeError);
    expect(() => map.set(u32(0), bytes)).toThrow(TypeError);
    expect(hex(map.get(u32(0)) ?? packet)).toBe('00000000');
    expect(program.run({ packet }).verdict).toBe(0xeeee_eeee);
  });

  it.each([undefined, null])('%s for the whole argument', async (nothing) => {
    const program = programOf(await load());
    expect(() => program.run(nothing as unknown as ProgramInput)).toThrow(TypeError);
    expect(() => program.runBatch(nothing as unknown as PacketBatch)).toThrow(TypeError);
    expect(program.run({ packet }).verdict).toBe(0xeeee_eeee);
  });

  it('takes a Buffer and a view that begins inside its buffer', async () => {
    const program = programOf(await load());
    const inside = Uint8Array.from({ length: 100 }, (_, i) => i).subarray(16, 80);
    const data = Buffer.from(inside.buffer, 16, 64);
    expect(program.run({ packet: inside }).verdict).toBe(0x13121110);
    expect(program.run({ packet: data }).verdict).toBe(0x13121110);
    expect(program.runBatch({ ...packetBatch([inside]), data }).verdicts[0]).toBe(0x13121110);
  });
});

describe('batches that do not describe their data', () => {
  const ok = packetBatch([packet, packet]);
  it.each<[string, unknown, typeof RangeError | typeof TypeError]>([
    ['a packet beyond the data', { ...ok, offsets: Uint32Array.of(0, 65) }, RangeError],
    ['a packet that ends beyond it', { ...ok, lengths: Uint32Array.of(64, 65) }, RangeError],
    [
      'the sum of offset and length beyond 32 bits',
      {
        ...ok,
        offsets: Uint32Array.of(0, 0xffff_ffff),
      },
      RangeError,
    ],
    ['more packets than columns', { ...ok, count: 3 }, RangeError],
    ['fewer than none', { ...ok, count: -1 }, RangeError],
    ['half a packet', { ...ok, count: 0.5 }, RangeError],
    ['a count in text', { ...ok, count: '2' }, RangeError],
    ['offsets in an array', { ...ok, offsets: ['0', '64'] }, TypeError],
    ['no lengths', { ...ok, lengths: undefined }, TypeError],
  ])('%s', async (_what, batch, error) => {
    const program = programOf(await load());
    expect(() => program.runBatch(batch as PacketBatch)).toThrow(error);
    expect([...program.runBatch(ok).verdicts]).toEqual([0xeeee_eeee, 0xeeee_eeee]);
  });
});

describe('references', () => {
  it('takes no program of another interpreter, and none that is closed', async () => {
    const backend = createInterpreter();
    const [object, other, foreign] = [await load(backend), await load(backend), await load()];
    const programs = mapOf(object, 'programs');
    programs.setReference(u32(0), programOf(other));
    expect(() => programs.setReference(u32(1), programOf(foreign))).toThrow(MapOperationError);
    await other.close();
    expect(() => programs.setReference(u32(1), programOf(other))).toThrow(
      'program main is closed or belongs to another backend',
    );
  });

  it('takes no map that is closed', async () => {
    const backend = createInterpreter();
    const [object, other] = [await load(backend), await load(backend)];
    const maps = mapOf(object, 'maps');
    maps.setReference(u32(0), mapOf(other, 'values'));
    await other.close();
    expect(() => maps.setReference(u32(1), mapOf(other, 'values'))).toThrow(ClosedError);
  });
});
