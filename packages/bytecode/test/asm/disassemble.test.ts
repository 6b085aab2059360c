import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, decode, disassemble, encode } from '../../src/index.ts';
import { anyStream } from '../isa/arbitrary.ts';

const SYNTAXES = ['llvm', 'ubpf'] as const;

describe('disassemble', () => {
  const loop = `
    r0 = 0x0
    if r1 == 0x0 goto +0x3
    r0 += r1
    r1 += -0x1
    goto -0x4
    exit
  `;

  it('prints as llvm-objdump does', () => {
    expect(disassemble(assemble(loop))).toBe(loop.trim().replaceAll(/^ +/gm, '').concat('\n'));
  });

  it('names jump targets', () => {
    expect(disassemble(assemble(loop), { labels: true, syntax: 'ubpf' }).split('\n')).toEqual([
      'mov %r0, 0',
      'L1:',
      'jeq %r1, 0, L5',
      'add %r0, %r1',
      'add %r1, -1',
      'ja L1',
      'L5:',
      'exit',
      '',
    ]);
  });

  it('keeps the number of a target that is no instruction', () => {
    const stream = assemble('goto +1\nr1 = 5 ll\ngoto +9', { syntax: 'llvm' });
    expect(disassemble(stream, { labels: true })).toBe('goto +0x1\nr1 = 0x5 ll\ngoto +0x9\n');
  });

  it.each(SYNTAXES)('shows source lines as comments, %s', (syntax) => {
    const lines = [
      { slot: 0, file: 'xdp.c', line: 7, text: '\treturn 0;' },
      { slot: 1, file: 'x\nexit', line: 8, text: 'a\u2028b\r\n}' },
    ];
    const stream = assemble('mov %r0, 0\nexit');
    const text = disassemble(stream, { syntax, lines });
    expect(text.split('\n').filter((line) => line.startsWith(';'))).toEqual([
      '; xdp.c:7: return 0;',
      '; x exit:8: a b }',
    ]);
    expect(assemble(text, { syntax }).bytes).toEqual(stream.bytes);
  });

  describe.each(SYNTAXES)('%s', (syntax) => {
    it.each([false, true])('is undone by assemble, labels %s', (labels) => {
      fc.assert(
        fc.property(anyStream, (instructions) => {
          const stream = decode(encode(instructions));
          const text = disassemble(stream, { syntax, labels });
          expect(assemble(text, { syntax }).bytes).toEqual(stream.bytes);
        }),
        { numRuns: 300 },
      );
    });

    it('writes what detection takes for the same notation', () => {
      fc.assert(
        fc.property(anyStream, (instructions) => {
          const stream = decode(encode(instructions));
          const text = disassemble(stream, { syntax });
          expect(assemble(text).bytes).toEqual(stream.bytes);
        }),
        { numRuns: 300 },
      );
    });
  });
});
