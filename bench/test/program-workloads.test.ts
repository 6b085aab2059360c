import { programs } from '@anybpf/programs';
import { formatHex, packetAt } from '@anybpf/runtime';
import { expect, test } from 'vitest';
import { programWorkloads, sharedBatch } from '../src/index.ts';

const batch = sharedBatch();

test('the shared batch: 1,024 frames that the kernel takes, the same in every process', () => {
  expect(batch.count).toBe(1024);
  expect(Math.min(...batch.lengths)).toBeGreaterThanOrEqual(14);
  expect(Math.max(...batch.lengths)).toBeLessThanOrEqual(1514);
  expect(formatHex(sharedBatch().data)).toBe(formatHex(batch.data));
});

test('half of it are 64-byte frames', () => {
  const small = batch.lengths.filter((length) => length === 64);
  expect(small.length).toBeGreaterThanOrEqual(512);
});

test.each(programs.map((fixture) => ({ name: fixture.name, fixture })))(
  '$name meets packets of its own set',
  ({ fixture }) => {
    const shared = new Set(
      Array.from({ length: batch.count }, (_, i) => formatHex(packetAt(batch, i))),
    );
    const own = fixture.packets();
    const met = Array.from({ length: own.count }, (_, i) => formatHex(packetAt(own, i))).filter(
      (packet) => shared.has(packet),
    );
    expect(met.length).toBeGreaterThan(0);
  },
);

test('every program is a workload whose entry program links', () => {
  const workloads = programWorkloads();
  expect(workloads.map(({ name }) => name)).toEqual(programs.map(({ name }) => name));
  for (const { object, program } of workloads) {
    expect(object.linked.failures).toEqual([]);
    expect(object.linked.programs.map(({ name }) => name)).toContain(program);
  }
});
