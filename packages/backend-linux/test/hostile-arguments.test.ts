import { mapSpec } from '@anybpf/bytecode';
import { ClosedError, packetBatch } from '@anybpf/runtime';
import { expect, it } from 'vitest';
import { describeLinux, link, load, u32 } from './support.ts';

const MAPS = [
  mapSpec({ name: 'hash', type: 'hash', keySize: 4, valueSize: 4, maxEntries: 8 }),
  mapSpec({ name: 'queue', type: 'queue', valueSize: 4, maxEntries: 8 }),
  mapSpec({ name: 'programs', type: 'prog_array', keySize: 4, valueSize: 4, maxEntries: 2 }),
  mapSpec({ name: 'ring', type: 'ringbuf', maxEntries: 4096 }),
];

async function open() {
  const object = await load(link('r0 = 2\nexit', { maps: MAPS }));
  const program = object.programs.get('program');
  const hash = object.maps.get('hash');
  if (program === undefined || hash === undefined) throw new Error('nothing was loaded');
  return { object, program, hash };
}

/** Lengths in bytes that fit, contents that a copy would read otherwise or not at all. */
const FOUR_NO_BYTES: readonly (readonly [string, unknown])[] = [
  ['a word', Uint32Array.of(7)],
  ['clamped bytes', new Uint8ClampedArray(4)],
  ['an ArrayBuffer', new ArrayBuffer(4)],
  ['a DataView', new DataView(new ArrayBuffer(4))],
  ['something with a length', { byteLength: 4, length: 4 }],
  ['text', 'four'],
];

describeLinux('arguments that no compiler has seen', () => {
  it.each(FOUR_NO_BYTES)(
    '%s is no key and no value, and leaves the map alone',
    async (_, value) => {
      const { hash } = await open();
      const bytes = value as Uint8Array;
      hash.set(u32(1), u32(2));
      expect(() => hash.get(bytes)).toThrow(TypeError);
      expect(() => hash.set(bytes, u32(3))).toThrow(TypeError);
      expect(() => hash.set(u32(1), bytes)).toThrow(TypeError);
      expect(() => hash.delete(bytes)).toThrow(TypeError);
      expect([...hash]).toEqual([[u32(1), u32(2)]]);
    },
  );

  it.each<[string, unknown]>([
    ['16-bit elements', new Uint16Array(32)],
    ['an ArrayBuffer', new ArrayBuffer(64)],
    ['an array', Array(64).fill(1)],
  ])('%s are no packet', async (_, value) => {
    const { program } = await open();
    const packet = value as Uint8Array;
    expect(() => program.run({ packet })).toThrow(TypeError);
    expect(() => program.run({ packet: new Uint8Array(64), context: packet })).toThrow(TypeError);
    const batch = packetBatch([new Uint8Array(64)]);
    expect(() => program.runBatch({ ...batch, data: packet })).toThrow(TypeError);
    expect(() => program.runBatch({ ...batch, offsets: ['0'] as never })).toThrow(TypeError);
    expect(() => program.runBatch({ ...batch, count: 2 })).toThrow(RangeError);
    expect(() => program.runBatch({ ...batch, offsets: Uint32Array.of(1) })).toThrow(RangeError);
  });

  it('after close every operation says so, whatever it is given', async () => {
    const { object, hash } = await open();
    for (let key = 0; key < 4; key++) hash.set(u32(key), u32(key));
    const [entries, keys] = [hash[Symbol.iterator](), hash.keys()];
    entries.next();
    keys.next();
    await object.close();
    expect(() => entries.next()).toThrow(ClosedError);
    expect(() => keys.next()).toThrow(ClosedError);
    for (const map of object.maps.values()) {
      const operations: (() => unknown)[] = [
        () => map.get(u32(0)),
        () => map.set(u32(0), new Uint8Array(3)),
        () => map.setReference(u32(0), hash),
        () => map.delete(u32(0)),
        () => [...map.keys()],
        () => [...map],
        () => map.push(u32(0)),
        () => map.pop(),
        () => map.peek(),
        () => map.drain(),
      ];
      for (const operation of operations) expect(operation).toThrow(ClosedError);
    }
  });
});
