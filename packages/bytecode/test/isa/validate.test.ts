import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, decode, encode, type Rule, validate } from '../../src/index.ts';
import { anyStream } from './arbitrary.ts';

/** Program, then the slot and rule of each finding; `*` marks what Linux alone refuses. */
const PROGRAMS: readonly (readonly [string, readonly string[]])[] = [
  ['exit', []],
  ['', ['0 empty']],
  ['mov %r0, 0', ['0 falls-off-end']],
  ['jeq %r0, 0, +0\nexit', []],
  ['ja +1\nexit', ['0 target-outside']],
  ['ja -1', []],
  ['ja -2', ['0 target-outside']],
  ['jne %r0, 1, +1\nlddw %r1, 1\nexit', ['0 target-inside-lddw']],
  ['ja32 +2\nlddw %r1, 1\nexit', ['1 unreachable*']],
  ['may_goto +5\nexit', ['0 target-outside']],
  ['mov %r10, 1\nexit', ['0 frame-pointer-written']],
  ['ldxb %r10, [%r1]\nexit', ['0 frame-pointer-written']],
  ['lock xchg [%r1], %r10\nexit', ['0 frame-pointer-written']],
  ['lock cmpxchg [%r1], %r10\nexit', []],
  ['lock add [%r1], %r10\nstxb [%r10-1], %r10\nexit', []],
  ['lsh %r1, 63\nlsh32 %r1, 31\nexit', []],
  [
    'lsh %r1, 64\nrsh32 %r1, 32\narsh %r1, -1\nexit',
    ['0 shift-out-of-range*', '1 shift-out-of-range*', '2 shift-out-of-range*'],
  ],
  ['div %r1, 0\nsmod32 %r1, 0\nexit', ['0 division-by-zero*', '1 division-by-zero*']],
  ['div %r1, %r2\nexit', []],
  ['call %r2\nexit', ['0 unknown-to-linux*']],
  ['addr_space_cast %r1, %r2, 0, 1\naddr_space_cast %r1, %r2, 1, 0\nexit', []],
  ['addr_space_cast %r1, %r2, 2, 1\nexit', ['0 address-space*']],
  ['call local f\nexit\nf:\nexit', []],
  ['call local +1\nexit', ['0 target-outside']],
  ['call local f\nexit\nf:\nja -2', ['2 leaves-function*']],
  ['call local f\nmov %r0, 0\nf:\nexit', ['1 falls-off-end*']],
  ['lddw %r2, code_addr(f)\nexit\nf:\nexit', []],
  ['lddw %r2, code_addr(+9)\nexit', ['0 target-outside']],
  ['exit\nmov %r0, 1\nmov %r0, 2\nexit', ['1 unreachable*']],
];

describe('validate', () => {
  it.each(PROGRAMS)('%j', (text, expected) => {
    const stream = assemble(text, { syntax: 'ubpf' });
    const found = (authority: 'linux' | 'rfc9669'): string[] =>
      validate(stream, { authority }).map(
        ({ slot, rule, authority: by }) => `${slot} ${rule}${by === 'linux' ? '*' : ''}`,
      );
    expect(found('linux')).toEqual(expected);
    expect(found('rfc9669')).toEqual(expected.filter((finding) => !finding.endsWith('*')));
  });

  it('gives reasons', () => {
    const [diagnostic] = validate(assemble('ja +7\nexit', { syntax: 'ubpf' }));
    expect(diagnostic?.reason).toBe("jump target, slot 8, is outside the program's 2 slots");
  });

  it('leaves calls of unrelocated streams alone', () => {
    const stream = assemble('call local +100\nja +9\nexit', { syntax: 'ubpf' });
    const rules = (unrelocated: boolean): Rule[] =>
      validate(stream, { unrelocated }).map(({ rule }) => rule);
    expect(rules(false)).toEqual(['target-outside', 'target-outside']);
    expect(rules(true)).toEqual(['target-outside']);
  });

  it('takes any stream that decodes', () => {
    fc.assert(
      fc.property(anyStream, (instructions) => {
        const stream = decode(encode(instructions));
        const slots = validate(stream).map(({ slot }) => slot);
        expect(slots).toEqual([...slots].sort((a, b) => a - b));
      }),
    );
  });
});
