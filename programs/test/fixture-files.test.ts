import { readFileSync } from 'node:fs';
import { linkObject, parseObject } from '@anybpf/bytecode';
import { formatHex } from '@anybpf/runtime';
import { describe, expect, test } from 'vitest';
import { mapFile, packetFile } from '../scripts/fixture-files.ts';
import { fixtureSources } from '../scripts/fixtures/index.ts';
import { MapEntryError, parseMapEntries, programFixture, programs } from '../src/index.ts';
import { fixtureNamed } from './backends.ts';

test('there are ten programs, and each has a table of packets', () => {
  expect(programs.map(({ name }) => name)).toEqual(fixtureSources.map(({ name }) => name));
  expect(programs).toHaveLength(10);
  expect(programFixture('no-such-program')).toBeUndefined();
});

describe.each(fixtureSources)('$name', (source) => {
  const fixture = fixtureNamed(source.name);
  const read = (file: string) => readFileSync(new URL(file, fixture.folder));

  test('packets.pcap and maps.json are what scripts/write-fixtures.ts writes', () => {
    expect(formatHex(read('packets.pcap'))).toBe(formatHex(packetFile(source)));
    expect(read('maps.json').toString()).toBe(mapFile(source));
  });

  test('packets and map entries are read back', () => {
    expect(fixture.packets().count).toBe(source.packets.length);
    expect(fixture.mapEntries().length).toBeGreaterThanOrEqual(source.maps.length);
  });

  test('the object parses and links, with types and source lines', () => {
    const spec = parseObject(fixture.object());
    expect(spec.license).toBe('Dual MIT/GPL');
    expect(spec.coreRelocations).toEqual([]);
    const linked = linkObject(spec);
    const program = linked.programs.find(({ name }) => name === fixture.program);
    expect(program).toMatchObject({ section: 'xdp', type: 'xdp' });
    expect(program?.lines[0]?.file).toBe(`./${source.name}.bpf.c`);
    for (const instruction of program?.code.instructions ?? []) {
      if (instruction.kind !== 'lddw' || instruction.source === 'imm64') continue;
      expect(instruction.source).toMatch(/^map-(value-)?index$/);
      expect(linked.maps[instruction.imm]).toBeDefined();
    }
  });

  test('map entries fit the maps', () => {
    const { maps } = parseObject(fixture.object());
    for (const entry of fixture.mapEntries()) {
      const map = maps.find(({ name }) => name === entry.map);
      expect(map).toMatchObject({ keySize: entry.key.length, valueSize: entry.value.length });
    }
  });

  test('the object names no path of the machine that built it', () => {
    const text = Buffer.from(fixture.object()).toString('latin1');
    expect(text).not.toMatch(/\/(home|work|tmp|root|Users)\//);
  });
});

test.each([
  ['{}', 'a list of entries is needed', -1],
  ['[null]', 'entry 0: "map" has to be a text', 0],
  ['[{"map":"m","key":"00","value":"00"},{"map":"m","key":1}]', 'entry 1: "key" has', 1],
])('maps.json %s: %s', (text, message, entry) => {
  const error = thrownBy(() => parseMapEntries(text));
  expect(error).toBeInstanceOf(MapEntryError);
  expect(error).toMatchObject({ code: 'MAP_ENTRY', entry });
  expect(String(error)).toContain(message);
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
