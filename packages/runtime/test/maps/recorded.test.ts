import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errnoName, type MapTypeName } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import { createMapStorage } from '../../src/maps/create-map-storage.ts';

import { type MapStorage, userValueSize } from '../../src/maps/map-storage.ts';
import { hexBytes, hexText, mapSpec } from './map-spec.ts';

/**
 * Sequences of operations with the answers of a real kernel: `operation arguments -> answer`. `set`,
 * `get`, `del`, `next`, `push`, `pop`, `peek` are system calls; `p.set`, `p.get`, `p.del` ran in an
 * XDP program (on CPU 1 with `@1`), `p.get` shows the first four bytes as a u32. `p.stale-set` and `p.stale-del`
 * look a key up, replace or delete its entry, and read through the pointer of the look-up.
 */
const folder = fileURLToPath(new URL('kernel/operations', import.meta.url));

const CPUS = 2;

function result(code: number, answer = 'ok'): string {
  return code < 0 ? errnoName(code) : answer;
}

function firstWord(map: MapStorage, at: number): string {
  return at < 0 ? 'miss' : String(map.values.view.getUint32(at, true));
}

function perform(map: MapStorage, command: string, args: readonly string[]): string {
  const [operation = '', cpu = '0'] = command.split('@');
  const key = hexBytes((args[0] ?? '-').replace('-', ''));
  const value = hexBytes(args[1] ?? '');
  const out = new Uint8Array(userValueSize(map));
  switch (operation) {
    case 'set':
      return result(map.copyIn(key, value, Number(args[2])));
    case 'get':
      return result(map.copyOut(key, out), hexText(out));
    case 'p.del':
    case 'del':
      return result(map.delete(key, 0));
    case 'next': {
      const next = new Uint8Array(map.spec.keySize);
      const code = map.nextKey(args[0] === '-' ? null : key, next);
      return result(code, hexText(next));
    }
    case 'p.set':
      return result(map.update(key, 0, value, 0, Number(args[2]), Number(cpu)));
    case 'p.get':
      return firstWord(map, map.lookup(key, 0, Number(cpu)));
    case 'p.stale-set': {
      const at = map.lookup(key, 0, 0);
      if (at >= 0) map.update(key, 0, value, 0, 0, 0);
      return firstWord(map, at);
    }
    case 'p.stale-del': {
      const at = map.lookup(key, 0, 0);
      if (at >= 0) map.delete(key, 0);
      return firstWord(map, at);
    }
  }
  if (map.kind !== 'queue') throw new Error(`no such operation: ${operation}`);
  switch (operation) {
    case 'push':
      return result(map.push(key, 0, Number(args[1])));
    case 'pop':
      return result(map.pop(out, 0), hexText(out));
    case 'peek':
      return result(map.peek(out, 0), hexText(out));
    default:
      throw new Error(`no such operation: ${operation}`);
  }
}

function openMap(words: readonly string[]): MapStorage {
  const field = (name: string): number =>
    Number(words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1));
  const spec = mapSpec({
    type: words[0] as MapTypeName,
    keySize: field('key'),
    valueSize: field('value'),
    maxEntries: field('max'),
    flags: field('flags'),
  });
  return createMapStorage(spec, { cpus: CPUS });
}

describe.each(readdirSync(folder))('%s', (file) => {
  const text = readFileSync(`${folder}/${file}`, 'utf8');
  const maps = text.split(/^map /m).slice(1);
  it.each(maps.map((map) => [map.slice(0, map.indexOf('\n')), map]))('%s', (head, lines) => {
    const map = openMap(head.split(' '));
    const expected = lines.trimEnd().split('\n').slice(1);
    const actual = expected.map((line) => {
      const command = line.slice(0, line.indexOf('->')).trim();
      const [operation = '', ...args] = command.split(' ');
      return `${command} -> ${perform(map, operation, args)}`;
    });
    expect(actual).toEqual(expected);
    expect(expected.length).toBeGreaterThan(10);
  });
});
