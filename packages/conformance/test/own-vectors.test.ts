import { assemble, decode, OPCODES, opcodeOf } from '@anybpf/bytecode';
import { describe, expect, test } from 'vitest';
import { OWN_VECTORS, readSuite, runTest } from '../src/index.ts';
import { interpreter, kernel } from './backends.ts';

const vectors = await readSuite(OWN_VECTORS);

/** What the kernel does not express, and so may skip: indirect calls alone. */
const KERNEL_SKIPS = ['control/callx'];

describe('own vectors', () => {
  test('every opcode that runs on its own is executed by some vector', () => {
    // What needs something outside the program: a kernel function, an arena, map or BTF references.
    const elsewhere = new Set(['addr-space-cast', 'call-kfunc']);
    const executed = new Set(
      vectors.flatMap(({ asm, raw }) =>
        (asm === null ? decode(raw ?? new Uint8Array()) : assemble(asm)).instructions.map(opcodeOf),
      ),
    );
    const missing = OPCODES.filter(
      (opcode) =>
        !executed.has(opcode) &&
        !elsewhere.has(opcode.shape.kind) &&
        !(opcode.shape.kind === 'lddw' && opcode.shape.source !== 'imm64'),
    );
    expect(missing.map(({ shape }) => shape)).toEqual([]);
  });

  test.for(vectors.map((vector) => [vector.name, vector] as const))(
    'interpreter: %s',
    async ([, vector]) => {
      expect(await runTest(interpreter, vector)).toMatchObject({ status: 'pass' });
    },
  );

  test.for(vectors.map((vector) => [vector.name, vector] as const))(
    'linux: %s',
    async ([name, vector], { skip }) => {
      if (kernel.backend === null) return skip(kernel.reason);
      const status = KERNEL_SKIPS.includes(name) ? 'skip' : 'pass';
      expect(await runTest(kernel.backend, vector)).toMatchObject({ status });
    },
  );
});
