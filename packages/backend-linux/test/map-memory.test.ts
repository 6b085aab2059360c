import { linux, mapSpec } from '@anybpf/bytecode';
import { MapOperationError } from '@anybpf/runtime';
import { expect, test } from 'vitest';
import { refuseOversized } from '../src/load/map-memory.ts';

const KIB = 1024;

function refusal(type: Parameters<typeof mapSpec>[0]['type'], maxEntries: number, flags = 0) {
  const spec = mapSpec({ name: 'm', type, keySize: 4, valueSize: 32 * KIB, maxEntries, flags });
  const row = linux.mapTypeByName(type);
  if (row === undefined) throw new Error(`no map type ${type}`);
  return () => refuseOversized(spec, row, maxEntries, 64);
}

const linuxOnly = process.platform === 'linux';

test.runIf(linuxOnly).each(['percpu_array', 'hash', 'array'] as const)(
  'a %s of terabytes is refused before the kernel sees it',
  (type) => {
    expect(refusal(type, 2 ** 30)).toThrow(MapOperationError);
    expect(refusal(type, 2 ** 30)).toThrow(/ENOMEM.*GiB at once/);
  },
);

test.runIf(linuxOnly)('what fits, and what is allocated later, passes', () => {
  expect(refusal('percpu_array', 4)).not.toThrow();
  expect(refusal('hash', 2 ** 30, 1)).not.toThrow();
});
