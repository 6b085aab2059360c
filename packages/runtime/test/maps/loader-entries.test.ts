import { mapSpec } from '@anybpf/bytecode';
import { expect, test } from 'vitest';
import { loaderEntries } from '../../src/index.ts';

test.each([
  ['perf_event_array', 0, 2],
  ['perf_event_array', 7, 7],
  ['ringbuf', 1, 4096],
  ['ringbuf', 4096, 4096],
  ['ringbuf', 4097, 8192],
  ['ringbuf', 3 * 4096, 16384],
  ['ringbuf', 0, 0],
  ['ringbuf', 0xffff_ffff, 0xffff_ffff],
  ['hash', 0, 0],
  ['hash', 1000, 1000],
] as const)('%s of %i entries is created with %i', (type, maxEntries, created) => {
  const spec = mapSpec({ name: 'm', type, maxEntries });
  expect(loaderEntries(spec, { cpus: 2, pageSize: 4096 })).toBe(created);
});
