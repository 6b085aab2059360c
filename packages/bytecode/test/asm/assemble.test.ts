import { describe, expect, it } from 'vitest';
import { AssemblyError, assemble, disassemble, type Syntax } from '../../src/index.ts';
import { fromHex } from '../isa/hex.ts';

/** Accepted spellings beside the printed ones, which isa/opcodes.test.ts has. */
const SPELLINGS: readonly (readonly [Syntax, string, string])[] = [
  ['ubpf', 'mov32 r0, 1', 'b4 00 00 00 01 00 00 00'],
  ['ubpf', '  mov\t%r1 ,0xffffffff', 'b7 01 00 00 ff ff ff ff'],
  ['ubpf', 'mov64 %r1, -0x1', 'b7 01 00 00 ff ff ff ff'],
  ['ubpf', 'mov %r1, 0b101', 'b7 01 00 00 05 00 00 00'],
  ['ubpf', 'mov %r1, 4294967295 # all ones', 'b7 01 00 00 ff ff ff ff'],
  ['ubpf', 'mov %r1, -2147483648 ; least', 'b7 01 00 00 00 00 00 80'],
  ['ubpf', 'ldxdw %r0, [%r1]', '79 10 00 00 00 00 00 00'],
  ['ubpf', 'ldxdw %r0, [%r10 - 0x8]', '79 a0 f8 ff 00 00 00 00'],
  ['ubpf', 'swap32 %r3', 'd7 03 00 00 20 00 00 00'],
  ['ubpf', 'lock fetch_add32 [%r1+4], %r2', 'c3 21 04 00 01 00 00 00'],
  ['ubpf', 'lock xchg64 [%r1], %r2', 'db 21 00 00 e1 00 00 00'],
  ['ubpf', 'call helper 5', '85 00 00 00 05 00 00 00'],
  ['ubpf', 'call -1', '85 00 00 00 ff ff ff ff'],
  ['ubpf', 'call runtime 5', '85 20 00 00 05 00 00 00'],
  ['ubpf', 'callx %r2', '8d 02 00 00 00 00 00 00'],
  ['ubpf', 'lddw %r1, 0xFFFFFFFF80000000', '18 01 00 00 00 00 00 80 00 00 00 00 ff ff ff ff'],
  ['ubpf', 'lddw %r1, 18446744073709551615', '18 01 00 00 ff ff ff ff 00 00 00 00 ff ff ff ff'],
  ['ubpf', 'lddw %r1, -2', '18 01 00 00 fe ff ff ff 00 00 00 00 ff ff ff ff'],
  ['llvm', 'r1+=14', '07 01 00 00 0e 00 00 00'],
  ['llvm', 'w1 = *(u8 *)(r2 + 0)', '71 21 00 00 00 00 00 00'],
  ['llvm', '*(u32*)(r10-8)=w1', '63 1a f8 ff 00 00 00 00'],
  ['llvm', 'lock *(u32 *)(r1 + 0x0) += w2', 'c3 21 00 00 00 00 00 00'],
  ['llvm', 'lock *(u32 *)(r1 + 0x0) |= r2', 'c3 21 00 00 40 00 00 00'],
  ['llvm', 'if r1 s> r2 goto +0x5 <LBB0_2>', '6d 21 05 00 00 00 00 00'],
  ['llvm', 'goto -1 <.text+0xfffffff8>', '05 00 ff ff 00 00 00 00'],
  ['llvm', 'goto 3', '05 00 03 00 00 00 00 00'],
  ['llvm', 'call kfunc(0x1234)', '85 20 00 00 34 12 00 00'],
  ['llvm', 'call 0xffffffff', '85 00 00 00 ff ff ff ff'],
  ['llvm', 'call -0x1', '85 10 00 00 ff ff ff ff'],
  ['llvm', 'r0 = *(u32 *)skb[r1]', '40 10 00 00 00 00 00 00'],
  ['llvm', 'r1 = 0xffffffffffffffff ll', '18 01 00 00 ff ff ff ff 00 00 00 00 ff ff ff ff'],
  ['llvm', 'r1 = 0; exit', 'b7 01 00 00 00 00 00 00 95 00 00 00 00 00 00 00'],
  ['llvm', '; return 0;\nexit // done', '95 00 00 00 00 00 00 00'],
];

/** Labels, and the same with the distances counted by hand. */
const LABELS: readonly (readonly [Syntax, string, string])[] = [
  ['ubpf', 'top: mov %r0, 0\njne %r0, 1, top\nexit', 'mov %r0, 0\njne %r0, 1, -2\nexit'],
  ['ubpf', 'ja end\nlddw %r1, 5\nend:\nexit', 'ja +2\nlddw %r1, 5\nexit'],
  ['ubpf', 'ja32 end\nend: exit', 'ja32 +0\nexit'],
  ['ubpf', 'jeq %r0, 0, exit\nmov %r0, 1\nexit\nexit', 'jeq %r0, 0, +1\nmov %r0, 1\nexit\nexit'],
  ['ubpf', 'ja exit\nexit\nexit: exit', 'ja +1\nexit\nexit'],
  ['ubpf', 'call local f\nexit\nf: exit', 'call local +1\nexit\nexit'],
  ['ubpf', 'lddw %r2, code_addr(f)\nexit\nf: exit', 'lddw %r2, code_addr(+2)\nexit\nexit'],
  ['llvm', 'if w1 & 4 goto a.b\nexit\na.b:\nexit', 'if w1 & 4 goto +1\nexit\nexit'],
  ['llvm', 'call f\nexit\nf:\nexit', 'call +1\nexit\nexit'],
  ['llvm', 'call kfunc\nkfunc: exit', 'call +0\nexit'],
  ['llvm', '1: goto 1f; 1: goto 1b; 1: exit', 'goto +0; goto -1; exit'],
  ['llvm', 'may_goto s\ns: gotol s', 'may_goto +0; gotol -1'],
];

/** Text, the position of the error, and what it says. */
const ERRORS: readonly (readonly [Syntax, string, number, number, string])[] = [
  ['ubpf', 'mvo %r0, 1', 1, 1, "unknown mnemonic 'mvo', did you mean 'mov'?"],
  ['ubpf', 'frobnicate', 1, 1, "unknown mnemonic 'frobnicate'"],
  ['ubpf', '\n  mov %r11, 1', 2, 7, "no such register '%r11' (registers are 0 to 10)"],
  [
    'ubpf',
    'mov %r0, 4294967296',
    1,
    10,
    'immediate 4294967296 is out of range (-2147483648 to 4294967295)',
  ],
  [
    'ubpf',
    'mov %r0, -2147483649',
    1,
    10,
    'immediate -2147483649 is out of range (-2147483648 to 4294967295)',
  ],
  [
    'ubpf',
    'lddw %r0, 0x1ffffffffffffffff',
    1,
    11,
    'immediate 0x1ffffffffffffffff is out of range (-9223372036854775808 to 18446744073709551615)',
  ],
  ['ubpf', 'ldxb %r0, [%r1+32768]', 1, 15, 'offset +32768 is out of range (-32768 to 32767)'],
  ['ubpf', 'ja +32768', 1, 4, 'offset +32768 is out of range (-32768 to 32767)'],
  ['ubpf', 'mov %r0', 1, 8, "expected ',', found the end of the line"],
  ['ubpf', 'mov %r0, 0x', 1, 10, "malformed number '0x'"],
  ['ubpf', 'mov %r0, 1 2', 1, 12, "expected the end of the line, found '2'"],
  ['ubpf', 'ldxw %r0, %r1', 1, 11, "expected '[', found '%r1'"],
  ['ubpf', 'ldxw %r0, [%r1+]', 1, 16, 'expected a number'],
  ['ubpf', 'lock ad [%r1], %r2', 1, 6, "unexpected 'ad', did you mean 'add'?"],
  ['ubpf', 'ja nowhere\nexit', 1, 4, "undefined label 'nowhere'"],
  ['ubpf', 'ja lop\nloop: exit', 1, 4, "undefined label 'lop', did you mean 'loop'?"],
  ['ubpf', 'a: exit\n  a: exit', 2, 3, "label 'a' is already defined in line 1"],
  ['ubpf', 'mov %r0, "x"', 1, 10, 'unexpected character "\\""'],
  ['llvm', 'r1 = -r2', 1, 7, 'must be the same register as before, 1'],
  ['llvm', 'r0 = cmpxchg_64(r2 + 0, r1, r3)', 1, 25, "expected 'r0', found 'r1'"],
  ['llvm', 'w1 = *(u64 *)(r2 + 0)', 1, 8, "expected 'u8' or 'u16' or 'u32', found 'u64'"],
  ['llvm', 'r1 = w2', 1, 6, "unexpected 'w2'"],
  ['llvm', 'r1 = r11', 1, 6, "no such register 'r11' (registers are 0 to 10)"],
  ['llvm', 'r0 = bswp16 r0', 1, 6, "unexpected 'bswp16', did you mean 'bswap16'?"],
  ['llvm', 'if r1 = 5 goto +1', 1, 7, "unexpected '=', did you mean '=='?"],
  ['llvm', 'r1 = 0; r2 == 1', 1, 12, "unexpected '==', did you mean '='?"],
  ['llvm', 'goto 1f', 1, 6, "undefined label '1f'"],
  [
    'llvm',
    'r1 = addr_space_cast(r2, 65536, 0)',
    1,
    26,
    'address space 65536 is out of range (0 to 65535)',
  ],
];

describe('assemble', () => {
  it.each(SPELLINGS)('%s: %j', (syntax, text, hex) => {
    expect(assemble(text, { syntax }).bytes).toEqual(fromHex(hex));
  });

  it.each(LABELS)('resolves labels, %s: %j', (syntax, labelled, counted) => {
    expect(disassemble(assemble(labelled, { syntax }))).toBe(
      disassemble(assemble(counted, { syntax })),
    );
  });

  it.each(ERRORS)('%s: %j fails at %i:%i, %s', (syntax, text, line, column, reason) => {
    let caught: unknown;
    try {
      assemble(text, { syntax });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(AssemblyError);
    expect(caught).toMatchObject({ line, column, reason, text: text.split('\n')[line - 1] });
  });

  it('refuses a label out of reach of 16 bits, and takes it in 32', { timeout: 60_000 }, () => {
    const far = `${'mov %r0, 0\n'.repeat(0x8000)}far: exit`;
    expect(() => assemble(`ja far\n${far}`)).toThrow(
      "label 'far' is 32768 slots away, outside -32768 to 32767",
    );
    expect(assemble(`ja32 far\n${far}`).instructions[0]).toEqual({
      kind: 'ja',
      wide: true,
      offset: 0x8000,
    });
  });

  it('points at the column of a long line', () => {
    const text = `exit;${' '.repeat(1000)}?`;
    expect(() => assemble(text, { syntax: 'llvm' })).toThrow(/\?\n +\^$/);
  });

  it('writes big-endian streams', () => {
    const stream = assemble('ldxdw %r1, [%r10-8]', { endianness: 'big' });
    expect(stream.endianness).toBe('big');
    expect(stream.bytes).toEqual(fromHex('79 1a ff f8 00 00 00 00'));
  });
});

describe('syntax detection', () => {
  it.each([
    ['mov %r0, 1\nexit', '%r0'],
    ['# comment\n\nexit\nstart: ldxw r0, [r1]', '%r'],
    ['lock add [%r1], %r2', '%r'],
    ['call local f\nf: exit', 'local'],
    ['neg32 %r1', '%r'],
    ['exit\nr0 = 1', 'r0 = 0x1'],
    ['; int main()\n*(u8 *)(r1 + 0) = 1', '*(u8'],
    ['lock *(u64 *)(r1 + 0) += r2', 'lock *(u64'],
    ['a: b: if r1 == 1 goto a', 'if r1'],
    ['call f\nf: exit', 'call +0x0'],
  ])('%j', (text, part) => {
    const stream = assemble(text);
    const syntax = part.startsWith('%') || part === 'local' ? 'ubpf' : 'llvm';
    expect(stream.bytes).toEqual(assemble(text, { syntax }).bytes);
    expect(disassemble(stream, { syntax })).toContain(part);
  });

  it('reports a misspelt first word in the notation of its operands', () => {
    expect(() => assemble('mvo %r0, 1')).toThrow("did you mean 'mov'?");
    expect(() => assemble('iff r0 == 1 goto +1')).toThrow("did you mean 'if'?");
  });
});
