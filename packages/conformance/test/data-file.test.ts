import { describe, expect, test } from 'vitest';
import { parseDataFile } from '../src/index.ts';

describe('parseDataFile', () => {
  test('asm, mem and result of bpf_conformance', () => {
    const text = '# note\n-- asm\nmov %r0, %r2\nexit\n-- mem\n00 01\n02\n-- result\n0x3\n';
    expect(parseDataFile(text, 'mem-len.data')).toEqual([
      {
        name: 'mem-len',
        asm: 'mov %r0, %r2\nexit',
        raw: null,
        memory: Uint8Array.of(0, 1, 2),
        programType: null,
        packet: null,
        expected: { kind: 'r0', value: 3n },
      },
    ]);
  });

  test('raw words are stored least significant byte first', () => {
    const [parsed] = parseDataFile('-- raw\n0x95\n-- error\nno result\n', 'x.data');
    expect(parsed?.raw).toEqual(Uint8Array.of(0x95, 0, 0, 0, 0, 0, 0, 0));
    expect(parsed?.expected).toEqual({ kind: 'error', hint: 'no result' });
  });

  test('several tests, program type and packet', () => {
    const one = '-- test a\n-- asm\nexit\n-- type\nxdp\n-- packet\nff 00\n-- result\n2\n';
    const parsed = parseDataFile(`${one}-- test b\n-- asm\nexit\n-- result\n0\n`, 'two.data');
    expect(parsed.map(({ name, programType, packet }) => [name, programType, packet])).toEqual([
      ['two/a', 'xdp', Uint8Array.of(0xff, 0)],
      ['two/b', null, null],
    ]);
  });

  test.each([
    ['-- asm\nexit\n', 3, 'neither "result" nor "error"'],
    ['-- result\n1\n', 3, 'neither "asm" nor "raw"'],
    ['-- asm\nexit\n-- result\nmany\n', 3, 'not a number'],
    ['-- asm\nexit\n-- mem\n0 zz\n-- result\n1\n', 3, 'not hex bytes'],
    ['-- asm\nexit\n-- rseult\n1\n', 3, 'unknown section "rseult"'],
    ['-- asm\nexit\n-- asm\nexit\n-- result\n1\n', 3, 'twice'],
    ['-- asm\nexit\n-- type\nxpd\n-- result\n1\n', 3, 'no program type "xpd"'],
    ['-- raw\n0x123456789abcdef01\n-- result\n1\n', 1, 'not a 64-bit word'],
  ])('%j is refused in line %i: %s', (text, line, reason) => {
    expect(() => parseDataFile(text, 'bad.data')).toThrow(
      expect.objectContaining({
        code: 'DATA_FILE',
        file: 'bad.data',
        line,
        reason: expect.stringContaining(reason),
      }),
    );
  });
});
