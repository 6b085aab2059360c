import { formatHex, writePcap } from '@anybpf/runtime';
import type { FixtureSource } from './fixtures/fixture-source.ts';

/** 2026-01-01T00:00:00Z; packets follow one another by a microsecond. */
const START_SECONDS = 1_767_225_600;

/** `packets.pcap` of a program. */
export function packetFile(source: FixtureSource): Uint8Array {
  return writePcap(
    source.packets.map(({ frame }, i) => ({
      data: frame,
      timestamp: { seconds: START_SECONDS, nanoseconds: i * 1000 },
    })),
  );
}

/** `maps.json` of a program. */
export function mapFile(source: FixtureSource): string {
  const entries = source.maps.map(({ map, key, value, note }) => ({
    map,
    key: formatHex(key),
    value: formatHex(value),
    note,
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}
