import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Btf,
  decode,
  disassemble,
  type LinkedObject,
  linkObject,
  parseBtf,
  parseObject,
} from '@anybpf/bytecode';
import { expect, test } from 'vitest';
import { kernelBtf } from '../../src/index.ts';
import { describeIf } from '../support.ts';
import { openLibbpfRelocation, type Relocate } from './libbpf-relocation.ts';

const FIXTURES = fileURLToPath(new URL('../../../bytecode/test/core/fixtures/', import.meta.url));
const EXPECTED = fileURLToPath(new URL('../../../bytecode/test/core/expected/', import.meta.url));
const TARGET = join(FIXTURES, 'target.bpfel.btf');

const relocateWithLibbpf = await openLibbpfRelocation();
const kernel = await kernelBtf();
const obstacle =
  typeof relocateWithLibbpf === 'string'
    ? relocateWithLibbpf
    : kernel === null
      ? 'the kernel has no BTF'
      : process.getuid?.() !== 0
        ? 'creating maps takes root'
        : null;
if (obstacle !== null) {
  process.stderr.write(`\nSKIPPED: CO-RE relocation against libbpf: ${obstacle}\n`);
}

/** libbpf takes objects of the machine's own byte order. */
const OBJECTS = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.o') && !name.endsWith('.bpfeb.o'))
  .map((name) => join(FIXTURES, name));

describeIf(obstacle, 'CO-RE relocation gives what libbpf gives', () => {
  const relocate = relocateWithLibbpf as Relocate;

  test.each(OBJECTS.map((path) => [nameOf(path), path]))('%s, small target', async (name, path) => {
    const libbpf = relocate(path, TARGET);
    const ours = link(path, parseBtf(new Uint8Array(readFileSync(TARGET))));
    expect(ours.failures.length > 0).toBe(libbpf.refused !== null);
    expect(name.startsWith('refused')).toBe(libbpf.refused !== null);
    if (libbpf.refused !== null) return;
    expect(slotsOf(ours)).toEqual(slotsByName(libbpf.programs));
    // What libbpf made is also what the tests of bytecode expect: `vitest -u` here writes it anew.
    const listing = [...libbpf.programs]
      .filter(() => name !== 'maps.bpfel.o')
      .map(([program, bytes]) => `${program}:\n${disassemble(decode(bytes))}`);
    if (listing.length > 0) {
      await expect(listing.join('\n')).toMatchFileSnapshot(join(EXPECTED, `${name}.txt`));
    }
  });

  test.each(OBJECTS.map((path) => [nameOf(path), path]))('%s, running kernel', (_, path) => {
    const libbpf = relocate(path, null);
    const ours = link(path, kernel as Btf);
    expect(ours.failures.length > 0).toBe(libbpf.refused !== null);
    if (libbpf.refused === null) expect(slotsOf(ours)).toEqual(slotsByName(libbpf.programs));
  });

  const samples = join(process.env['ANYBPF_SUITES'] ?? '', 'ebpf-samples');
  test('every object of the samples that has CO-RE relocations, running kernel', (context) => {
    if (!existsSync(samples)) context.skip('ANYBPF_SUITES names no folder with ebpf-samples');
    const portable = readdirSync(samples, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.o') && !name.startsWith('invalid'))
      .map((name) => join(samples, name))
      .filter((path) => parseObject(read(path)).coreRelocations.length > 0);
    expect(portable.length).toBeGreaterThan(0);
    for (const path of portable) {
      const libbpf = relocate(path, null);
      expect(libbpf.refused, path).toBeNull();
      expect(slotsOf(link(path, kernel as Btf)), path).toEqual(slotsByName(libbpf.programs));
    }
  });
});

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function read(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

function link(path: string, targetBtf: Btf): LinkedObject {
  return linkObject(parseObject(read(path)), { targetBtf });
}

function slotsOf({ programs }: LinkedObject): Record<string, string[]> {
  return slotsByName(new Map(programs.map(({ name, code }) => [name, code.bytes])));
}

/** Slots in hexadecimal, so that a difference shows where it is. */
function slotsByName(programs: ReadonlyMap<string, Uint8Array>): Record<string, string[]> {
  const named = [...programs].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(
    named.map(([name, bytes]) => {
      const plain = Buffer.from(withoutMapHandles(bytes));
      const slots = Array.from({ length: plain.length / 8 }, (_, slot) =>
        plain.toString('hex', slot * 8, slot * 8 + 8),
      );
      return [name, slots];
    }),
  );
}

/** libbpf writes file descriptors of maps, `linkObject` their indices. */
function withoutMapHandles(bytes: Uint8Array): Uint8Array {
  const plain = bytes.slice();
  for (let at = 0; at < plain.length; at += 8) {
    if (plain[at] !== 0x18) continue;
    const registers = plain[at + 1] ?? 0;
    if ([1, 2, 5, 6].includes(registers >> 4)) {
      plain[at + 1] = registers & 15;
      plain.fill(0, at + 4, at + 8);
    }
    at += 8;
  }
  return plain;
}
