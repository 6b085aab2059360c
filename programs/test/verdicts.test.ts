import { verdictName } from '@anybpf/bytecode';
import type { BpfMap } from '@anybpf/runtime';
import { describe, expect, test } from 'vitest';
import { fixtureSources } from '../scripts/fixtures/index.ts';
import { u32 } from '../scripts/fixtures/layout.ts';
import { backends, fixtureNamed, prepared } from './backends.ts';
import { sumOverCpus } from './map-state.ts';

/** Packets counted at `index` of a per-CPU array of `struct counter`. */
function packetsCounted(map: BpfMap | undefined, index: number): number {
  const value = map?.get(u32(index));
  return map === undefined || value === undefined ? -1 : Number(sumOverCpus(map, value)[0]);
}

describe.each(backends)('$name', (backend) => {
  test.for(fixtureSources)(
    '$name: verdict of every packet, and the counters',
    async (source, { skip }) => {
      await using run = await prepared(fixtureNamed(source.name), backend, skip);
      const got = source.packets.map(({ note, frame }) => {
        const { verdict } = run.program.run({ packet: frame });
        return `${note}: ${verdictName('xdp', verdict)}`;
      });
      expect(got).toEqual(source.packets.map(({ note, verdict }) => `${note}: ${verdict}`));

      const { counters } = source;
      if (counters === undefined) return;
      const map = run.loaded.maps.get(counters.map);
      const counted = counters.names.map((name, i) => [name, packetsCounted(map, i)]);
      const wanted = counters.names.map((name) => [
        name,
        source.packets.filter(({ counts }) => counts.includes(name)).length,
      ]);
      expect(counted).toEqual(wanted);
    },
  );
});
