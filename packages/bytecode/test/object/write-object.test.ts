import { describe, expect, test } from 'vitest';
import { assemble, decode, linkObject, parseObject, writeObject } from '../../src/index.ts';

const CODE = assemble('r0 = 2\nexit');

describe('writeObject', () => {
  test.each([
    ['xdp', 'main', 'GPL', 'xdp'],
    ['tc', 'classify', 'Dual MIT/GPL', 'sched_cls'],
    ['socket', 'größe', '', 'socket_filter'],
  ])('section %s, program %s, licence "%s" reads back', (section, name, license, type) => {
    const spec = parseObject(writeObject(CODE, { section, name, license }));
    expect(spec.license).toBe(license);
    expect(spec.programs.map((p) => [p.name, p.section, p.type])).toEqual([[name, section, type]]);
    const [program] = linkObject(spec).programs;
    expect(program?.code.bytes).toEqual(CODE.bytes);
  });

  test('a big-endian stream gives a big-endian object', () => {
    const bytes = new Uint8Array(16);
    bytes.set([0xb7, 0, 0, 0, 0, 0, 0, 2, 0x95, 0, 0, 0, 0, 0, 0, 0]);
    const code = decode(bytes, { endianness: 'big' });
    const spec = parseObject(writeObject(code, { section: 'xdp', name: 'main', license: 'GPL' }));
    expect(spec.endianness).toBe('big');
    expect(spec.programs[0]?.bytes).toEqual(bytes);
  });

  test.each([
    ['a call', 'call f\nexit\nf:\nr0 = 2\nexit'],
    ['a call from function to function', 'call f\nexit\nf:\ncall g\nexit\ng:\nr0 = 2\nexit'],
    [
      'a call back up',
      'r1 = 1\ncall f\nexit\nf:\nr0 = 2\nif r1 == 0 goto o\ncall g\no:\nexit\ng:\nr1 = 0\ncall f\nexit',
    ],
    ['a callback', 'r1 = 3\nr2 = code_addr(f)\nr3 = 0\nr4 = 0\ncall 181\nexit\nf:\nr0 = 0\nexit'],
  ])('%s survives: the functions are in .text, and linking gives the same bytes', (_name, text) => {
    const code = assemble(text);
    const spec = parseObject(writeObject(code, { section: 'xdp', name: 'main', license: 'GPL' }));
    expect(new Set(spec.subprograms.map(({ section }) => section))).toEqual(new Set(['.text']));
    expect(linkObject(spec).programs[0]?.code.bytes).toEqual(code.bytes);
  });

  test('a jump into another function has no place in an object', () => {
    const code = assemble('call f\ngoto +1\nf:\nr0 = 2\nexit');
    expect(() => writeObject(code, { section: 'xdp', name: 'main', license: 'GPL' })).toThrow(
      'jumps to slot 3, in another function',
    );
  });
});
