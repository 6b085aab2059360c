import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble, decode, disassemble, encode, parseObject } from '../../src/index.ts';

/** The outside suites; without them there is nothing to read. */
const suites = process.env['ANYBPF_SUITES'];
const SYNTAXES = ['llvm', 'ubpf'] as const;

const REASON = 'needs the outside suites, in the folder that ANYBPF_SUITES names';

describe('bpf_conformance', () => {
  const folder = join(suites ?? '', 'bpf_conformance');
  const files = suites === undefined ? [] : filesBelow(folder, '.data');

  it('is there', (context) => {
    context.skip(suites === undefined, REASON);
    expect(files.length).toBeGreaterThan(300);
  });

  it.each(files)('%s', (file) => {
    const text = asmSection(readFileSync(join(folder, file), 'utf8'));
    const stream = assemble(text);
    expect(assemble(text, { syntax: 'ubpf' }).bytes).toEqual(stream.bytes);
    for (const syntax of SYNTAXES) {
      expect(assemble(disassemble(stream, { syntax }), { syntax }).bytes).toEqual(stream.bytes);
    }
  });
});

describe('ebpf-samples', () => {
  const folder = join(suites ?? '', 'ebpf-samples');
  const files =
    suites === undefined
      ? []
      : filesBelow(folder, '.o').filter((file) => !file.startsWith('invalid'));

  it('is there', (context) => {
    context.skip(suites === undefined, REASON);
    expect(files.length).toBeGreaterThan(100);
  });

  it.each(files)('%s', { timeout: 60_000 }, (file) => {
    const object = parseObject(readFileSync(join(folder, file)));
    const { endianness } = object;
    for (const { name, bytes, lines } of [...object.programs, ...object.subprograms]) {
      const stream = decode(bytes, { endianness, program: name });
      expect(encode(stream.instructions, endianness)).toEqual(stream.bytes);
      for (const syntax of SYNTAXES) {
        const text = disassemble(stream, { syntax, lines, labels: syntax === 'ubpf' });
        expect(assemble(text, { syntax, endianness }).bytes, name).toEqual(stream.bytes);
      }
    }
  });
});

function filesBelow(folder: string, extension: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(extension))
    .sort();
}

function asmSection(text: string): string {
  const [, asm = ''] = /^-- asm.*\n([\s\S]*?)(?=^-- |(?![\s\S]))/m.exec(text) ?? [];
  return asm;
}
