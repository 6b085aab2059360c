import { AnyBpfError, linkCode, mapSpec, trustWithoutVerification } from '@anybpf/bytecode';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createInterpreter } from '../../src/index.ts';

const maps = [
  mapSpec({ name: 'array', type: 'array', keySize: 4, valueSize: 8, maxEntries: 2 }),
  mapSpec({ name: 'hash', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 2 }),
  mapSpec({ name: 'ring', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4096 }),
];

/** Slots that decode often enough to reach the interpreter; the rest of the byte space as well. */
const slot = fc.record({
  opcode: fc.oneof(
    fc.constantFrom(0x07, 0x0f, 0x2f, 0x3f, 0xb7, 0xbf, 0xb4, 0x61, 0x71, 0x79, 0x63, 0x7b, 0x62),
    fc.constantFrom(0x05, 0x15, 0x1d, 0x2d, 0xa5, 0x85, 0x85, 0x95, 0x18, 0xdb),
    fc.integer({ min: 0, max: 255 }),
  ),
  dst: fc.integer({ min: 0, max: 10 }),
  src: fc.constantFrom(0, 0, 1, 2, 5, 6, 10),
  offset: fc.constantFrom(0, 0, 0, 1, -1, -8, -16, 4),
  imm: fc.oneof(fc.constantFrom(0, 1, 2, 8, -1, -8), fc.integer({ min: 0, max: 220 })),
});

it('a stream of any bytes ends in a result or a typed error', { timeout: 60_000 }, async () => {
  const backend = createInterpreter({ instructionBudget: 20_000 });
  let ran = 0;
  const property = fc.asyncProperty(
    fc.array(slot, { minLength: 1, maxLength: 24 }),
    async (slots) => {
      const bytes = new Uint8Array((slots.length + 1) * 8);
      const view = new DataView(bytes.buffer);
      for (const [i, { opcode, dst, src, offset, imm }] of slots.entries()) {
        bytes[i * 8] = opcode;
        bytes[i * 8 + 1] = dst | (src << 4);
        view.setInt16(i * 8 + 2, offset, true);
        view.setInt32(i * 8 + 4, imm, true);
      }
      bytes[slots.length * 8] = 0x95;
      try {
        const linked = linkCode(bytes, { type: 'xdp', maps });
        await using object = await backend.load(trustWithoutVerification(linked, 'fuzz'));
        const program = object.programs.get('main');
        program?.run({ packet: new Uint8Array(64) });
        ran++;
      } catch (error) {
        expect(error).toBeInstanceOf(AnyBpfError);
      }
    },
  );
  await fc.assert(property, { numRuns: 3000 });
  expect(ran).toBeGreaterThan(0);
});
