import { formatHex, randomPackets } from '@anybpf/runtime';
import { describe, expect, test } from 'vitest';
import { fixtureSources } from '../scripts/fixtures/index.ts';
import { backends, fixtureNamed, type Prepared, prepared } from './backends.ts';
import { mapState } from './map-state.ts';

/** Of each program; random sizes, and corruptions of its own packets and of generated flows. */
const { ANYBPF_DIFFERENTIAL_PACKETS = '1000' } = process.env;
const PACKETS = Number(ANYBPF_DIFFERENTIAL_PACKETS);
const MAX_SIZE = 2200;
const SHOWN = 5;

const [reference, ...others] = backends;

function packetsFor(name: string): Uint8Array[] {
  const own = (fixtureSources.find((source) => source.name === name)?.packets ?? []).map(
    ({ frame }) => frame,
  );
  const half = Math.ceil(PACKETS / 2);
  return [
    ...own,
    ...randomPackets({ count: half, seed: 1, maxSize: MAX_SIZE }),
    ...randomPackets({ count: half, seed: 2, maxSize: MAX_SIZE, templates: own }),
  ];
}

/** Runs the packets in turn on both, so that map state evolves alike; where they part, both answers. */
function divergences(packets: readonly Uint8Array[], left: Prepared, right: Prepared): string[] {
  const found: string[] = [];
  for (const [i, packet] of packets.entries()) {
    const [a, b] = [outcome(left, packet), outcome(right, packet)];
    if (a !== b) found.push(`packet ${i} ${formatHex(packet)}: ${a} against ${b}`);
    if (found.length === SHOWN) break;
  }
  return found;
}

function outcome({ program }: Prepared, packet: Uint8Array): string {
  const { verdict, packet: out } = program.run({ packet });
  return `${verdict} ${out === null ? '' : formatHex(out)}`;
}

describe.each(others)(`${reference?.name} against $name`, (backend) => {
  test.for(fixtureSources)(
    '$name: verdict, packet and final maps agree',
    {
      timeout: 60_000,
    },
    async ({ name }, { skip }) => {
      if (reference === undefined) throw new Error('there is no reference backend');
      const fixture = fixtureNamed(name);
      await using right = await prepared(fixture, backend, skip);
      await using left = await prepared(fixture, reference, skip);
      const packets = packetsFor(name);
      expect(packets.length).toBeGreaterThanOrEqual(PACKETS);
      expect(divergences(packets, left, right)).toEqual([]);
      expect(mapState(left.loaded)).toEqual(mapState(right.loaded));
    },
  );
});

test('two programs that differ are told apart', async ({ skip }) => {
  if (reference === undefined) throw new Error('there is no reference backend');
  await using left = await prepared(fixtureNamed('firewall'), reference, skip);
  await using right = await prepared(fixtureNamed('router'), reference, skip);
  const packets = packetsFor('firewall');
  expect(divergences(packets, left, right)).toHaveLength(SHOWN);
  expect(divergences(packets, left, left)).toEqual([]);
  expect(mapState(left.loaded)).not.toEqual(mapState(right.loaded));
});
