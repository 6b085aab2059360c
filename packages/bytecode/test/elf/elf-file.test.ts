import { describe, expect, test } from 'vitest';
import { parseElf } from '../../src/elf/elf-file.ts';
import { ObjectFormatError } from '../../src/index.ts';
import { buildElf, concat, relocation, strings, symbol } from './elf-builder.ts';

const SHT = { PROGBITS: 1, SYMTAB: 2, STRTAB: 3, RELA: 4, NOBITS: 8, REL: 9 };
const FUNCTION = 0x12;

/** A copy with one field overwritten; `little` of the value, not of the file. */
function patched(bytes: Uint8Array, size: 1 | 2 | 4 | 8, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  if (size === 1) view.setUint8(at, value);
  else if (size === 2) view.setUint16(at, value, true);
  else if (size === 4) view.setUint32(at, value, true);
  else view.setBigUint64(at, BigInt(value), true);
  return copy;
}

const plain = buildElf([{ name: 'xdp', type: SHT.PROGBITS, flags: 6, content: new Uint8Array(8) }]);

describe('refused', () => {
  test.each([
    ['no bytes', new Uint8Array(0), 'not an ELF file'],
    ['text', new TextEncoder().encode('#!/bin/sh\necho'), 'not an ELF file'],
    ['a header cut short', plain.slice(0, 63), 'the file has 63 bytes, an ELF64 header 64'],
    ['ELF32', patched(plain, 1, 4, 1), 'ELF32; BPF objects are ELF64'],
    ['an unknown class', patched(plain, 1, 4, 9), 'ELF class 9'],
    ['an unknown byte order', patched(plain, 1, 5, 3), 'unknown byte order 3'],
    ['a swapped byte order', patched(plain, 1, 5, 2), 'ELF type 256'],
    ['an executable', patched(plain, 2, 16, 2), 'ELF type EXEC; a BPF object is relocatable'],
    ['a shared object', patched(plain, 2, 16, 3), 'ELF type DYN'],
    ['x86-64', patched(plain, 2, 18, 62), 'machine 62 is not BPF (247): compile with --target=bpf'],
    ['no sections', patched(plain, 8, 40, 0), 'no section headers'],
    ['section headers outside', patched(plain, 8, 40, 5000), 'section headers of'],
    ['section headers far outside', patched(plain, 8, 40, 2 ** 62), 'section headers of'],
    ['a section header size', patched(plain, 2, 58, 40), 'section headers of 40 bytes, not 64'],
    [
      'too many sections',
      buildElf(Array.from({ length: 20_001 }, () => ({ name: '', type: SHT.PROGBITS }))),
      '20003 sections (at most 20000 are read)',
    ],
    ['section names nowhere', patched(plain, 2, 62, 7), 'section 7 is no string table'],
    ['section names in code', patched(plain, 2, 62, 2), 'section 2 is no string table'],
    [
      'a section that ends after the file',
      buildElf([{ name: 'x', type: SHT.PROGBITS, size: 10_000 }]),
      'section 2 of 10000 bytes at 77 ends after the file',
    ],
    [
      'sections that share their bytes',
      buildElf(
        Array.from({ length: 9 }, (_, i) => ({
          name: `s${i}`,
          type: SHT.PROGBITS,
          offset: 0,
          size: 500,
        })),
      ),
      'the sections claim 4538 bytes, the file has',
    ],
    [
      'zeroes without end',
      buildElf([{ name: '.bss', type: SHT.NOBITS, size: 2 ** 40 }]),
      'zeroed sections of 1099511627776 bytes',
    ],
    [
      'a symbol table of a strange entry size',
      buildElf([{ name: '.symtab', type: SHT.SYMTAB, entrySize: 16, content: new Uint8Array(48) }]),
      'a symbol table of 48 bytes in entries of 16, not 24',
    ],
    [
      'a symbol table without names',
      buildElf([{ name: '.symtab', type: SHT.SYMTAB, entrySize: 24 }]),
      'symbol names: section 0 is no string table',
    ],
    [
      'a symbol in no section',
      buildElf([
        {
          name: '.symtab',
          type: SHT.SYMTAB,
          entrySize: 24,
          link: 1,
          content: symbol({ section: 9 }),
        },
      ]),
      'symbol 0: there is no section 9',
    ],
    [
      'two symbol tables',
      buildElf([
        { name: '.symtab', type: SHT.SYMTAB, entrySize: 24, link: 1 },
        { name: '.again', type: SHT.SYMTAB, entrySize: 24, link: 1 },
      ]),
      'a second symbol table',
    ],
  ])('%s', (_, bytes, reason) => {
    expect(() => parseElf(bytes)).toThrow(ObjectFormatError);
    expect(() => parseElf(bytes)).toThrow(reason);
  });

  test('every truncation of a file', () => {
    for (let length = 0; length < plain.length; length++) {
      expect(() => parseElf(plain.slice(0, length)), `${length} bytes`).toThrow(ObjectFormatError);
    }
  });

  test('the error says where: structure and file offset', () => {
    expect(() => parseElf(patched(plain, 2, 18, 62))).toThrow(/^ELF header \(file offset 0x12\): /);
  });
});

describe.each([true, false])('little-endian: %s', (little) => {
  const names = strings(['', 'main', 'other']);
  const file = parseElf(
    buildElf(
      [
        { name: 'xdp', type: SHT.PROGBITS, flags: 6, content: new Uint8Array(16).fill(7) },
        { name: '.bss', type: SHT.NOBITS, size: 40 },
        { name: '.strtab', type: SHT.STRTAB, content: names.bytes },
        {
          name: '.symtab',
          type: SHT.SYMTAB,
          entrySize: 24,
          link: 4,
          content: concat([
            symbol({}, little),
            symbol({ info: 3, section: 2 }, little),
            symbol({ name: 6, info: FUNCTION, section: 2, value: 8, size: 8 }, little),
            symbol({ name: 1, info: 0x22, section: 2, value: 0, size: 8 }, little),
            symbol({ name: 6, info: 0x20 }, little),
            symbol({ name: 999, info: 0x10, section: 3 }, little),
          ]),
        },
        {
          name: '.relxdp',
          type: SHT.REL,
          info: 2,
          link: 5,
          content: concat([relocation(8, 4, 10, little), relocation(0, 2, 1, little)]),
        },
      ],
      little,
    ),
  );
  const xdp = file.sections[2];
  if (xdp === undefined) throw new Error('no xdp');

  test('sections', () => {
    expect(file.endianness).toBe(little ? 'little' : 'big');
    expect(file.sections.map(({ name, size }) => [name, size]).slice(2, 4)).toEqual([
      ['xdp', 16],
      ['.bss', 40],
    ]);
    expect(file.section('xdp')).toBe(xdp);
    expect(xdp.executable).toBe(true);
    expect(file.content(xdp)).toEqual(new Uint8Array(16).fill(7));
    expect(file.section('.bss')).toMatchObject({ executable: false });
    expect(file.content(file.sections[3] ?? xdp)).toEqual(new Uint8Array(40));
  });

  test('symbols', () => {
    expect(
      file
        .symbolsIn(xdp)
        .map(({ name, type, binding, value, size }) => [name, type, binding, value, size]),
    ).toEqual([
      ['xdp', 'section', 'local', 0, 0],
      ['main', 'function', 'weak', 0, 8],
      ['other', 'function', 'global', 8, 8],
    ]);
  });

  test('a name outside the table matters to who asks for it', () => {
    expect(() => file.symbols[5]?.name).toThrow('string offset 999 is outside');
  });

  test('relocations, in the order of the file', () => {
    expect(
      file
        .relocations(xdp)
        .map(({ offset, type, symbol: { name, binding } }) => [offset, type, name, binding]),
    ).toEqual([
      [8, 10, 'other', 'weak'],
      [0, 1, 'other', 'global'],
    ]);
  });
});

test('relocations with an addend of their own are refused', () => {
  const table = concat([relocation(0, 0, 1), Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)]);
  const file = parseElf(
    buildElf([
      { name: 'xdp', type: SHT.PROGBITS, content: new Uint8Array(8) },
      { name: '.symtab', type: SHT.SYMTAB, entrySize: 24, link: 1, content: symbol({}) },
      { name: '.relaxdp', type: SHT.RELA, info: 2, content: table },
    ]),
  );
  expect(() => file.relocations(file.section('xdp') as never)).toThrow('an explicit addend');
});

test('a section whose name cannot be read is nameless', () => {
  const bytes = buildElf([{ name: 'xdp', type: SHT.PROGBITS, content: new Uint8Array(8) }]);
  const header = bytes.length - 64;
  expect(parseElf(patched(bytes, 4, header, 5000)).sections[2]?.name).toBe('');
});
