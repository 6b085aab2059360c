import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssemblyError, assemble } from '../../src/index.ts';

const MEGABYTE = 1 << 20;

/** Texts that would hurt an assembler which counts, recurses or backtracks without bounds. */
const TEXTS: readonly (readonly [string, string])[] = [
  ['a number of a million digits', `mov %r0, ${'9'.repeat(MEGABYTE)}`],
  ['a hex number of a million digits', `r0 = 0x${'f'.repeat(MEGABYTE)} ll`],
  ['a word of a million letters', 'a'.repeat(MEGABYTE)],
  ['a label of a million letters', `${'a'.repeat(MEGABYTE)}: ja ${'b'.repeat(MEGABYTE)}`],
  ['half a million tokens on a line', 'r0 '.repeat(MEGABYTE / 2)],
  ['open brackets', '('.repeat(MEGABYTE)],
  ['open notes', '<a'.repeat(MEGABYTE / 2)],
  ['labels on one line', 'a:'.repeat(MEGABYTE / 2)],
  ['minus signs', `r0 = ${'-'.repeat(MEGABYTE)}1`],
  ['blanks', `${' '.repeat(MEGABYTE)}?`],
  ['empty lines', `${'\n'.repeat(MEGABYTE)}?`],
  ['zero bytes', '\0'.repeat(MEGABYTE)],
  ['comment ends', `${';'.repeat(MEGABYTE)}\n?`],
  ['lone surrogates', '\ud800'.repeat(MEGABYTE)],
  ['prototype names', 'ja __proto__\nconstructor: exit'],
];

/** Fragments of both notations, so that junk gets past the first token. */
const FRAGMENTS = [
  ...['r0', 'w1', 'r11', '%r3', '=', '+=', 's>=', '*', '(', ')', '[', ']', 'u8', 'skb', ' ', '\n'],
  ...[
    'if',
    'goto',
    'lock',
    'fetch',
    'add',
    'mov',
    'lddw',
    'call',
    'local',
    'exit',
    'L:',
    '1:',
    '1f',
  ],
  ...['0x', '-', '5', '99999999999999999999999', 'll', ',', ';', '#', '<x>', 'code_addr', 'é'],
];

describe('hostile text', () => {
  it.each(TEXTS)(
    '%s',
    (_, text) => {
      for (const syntax of ['llvm', 'ubpf', undefined] as const) {
        const error = failure(() => assemble(text, syntax === undefined ? {} : { syntax }));
        expect(error).toBeInstanceOf(AssemblyError);
        expect((error as AssemblyError).message.length).toBeLessThan(1000);
      }
    },
    60_000,
  );

  it('assembles a megabyte of instructions', () => {
    // Quadratic work on 100,000 lines would take hours: the time-out is the bound.
    const count = 100_000;
    expect(assemble('mov %r0, 1\n'.repeat(count)).instructions).toHaveLength(count);
  }, 120_000);

  it('leaves only AssemblyError', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ maxLength: 3 })), {
          maxLength: 30,
        }),
        (fragments) => {
          const error = failure(() => assemble(fragments.join(' ')));
          return error === undefined || error instanceof AssemblyError;
        },
      ),
      { numRuns: 3000 },
    );
  });
});

function failure(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
