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
});
