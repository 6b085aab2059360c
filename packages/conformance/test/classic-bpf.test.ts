import {
  type ClassicFlavour,
  convertClassic,
  linkCode,
  parseDdd,
  trustWithoutVerification,
  type VerifiedObject,
} from '@anybpf/bytecode';
import { type Backend, type PacketBatch, packetBatch } from '@anybpf/runtime';
import { describe, expect, test } from 'vitest';
import { interpreter, kernel } from './backends.ts';
import { EXPRESSIONS } from './classic/expressions.ts';
import { PACKETS } from './classic/packets.ts';
import { behindEthernet } from './classic/socket-frame.ts';
import { PacketFile, tcpdumpAbsent } from './classic/tcpdump.ts';
import { readAccepted, readDdd } from './classic/vectors.ts';

const accepted = readAccepted();
const XDP_PASS = 2;

/** Packets as each flavour gets them, and the verdict that accepts one. */
const FLAVOURS: readonly {
  readonly flavour: ClassicFlavour;
  readonly batch: PacketBatch;
  readonly accepts: (verdict: number) => boolean;
}[] = [
  {
    flavour: 'socket_filter',
    batch: packetBatch(PACKETS.map(behindEthernet)),
    accepts: (verdict) => verdict !== 0,
  },
  { flavour: 'xdp', batch: packetBatch(PACKETS), accepts: (verdict) => verdict === XDP_PASS },
];

test('40 expressions and more, 2,000 packets, every expression accepts some and not all', () => {
  expect(EXPRESSIONS.length).toBeGreaterThanOrEqual(40);
  expect(PACKETS.length).toBe(2000);
  expect([...accepted.keys()]).toEqual(EXPRESSIONS.map(([name]) => name));
  for (const indices of accepted.values()) {
    expect(indices.size).toBeGreaterThan(0);
    expect(indices.size).toBeLessThan(2000);
  }
});

describe.each(FLAVOURS)('$flavour', ({ flavour, batch, accepts }) => {
  test.for(EXPRESSIONS)('interpreter: %s: %s', async ([name]) => {
    const verdicts = await run(interpreter, convert(name, flavour), batch);
    expect(indicesOf(verdicts, accepts)).toEqual(expected(name));
  });

  test.for(EXPRESSIONS)('linux: %s: %s', async ([name], { skip }) => {
    if (kernel.backend === null) return skip(kernel.reason);
    const verdicts = await run(kernel.backend, convert(name, flavour), batch);
    expect(indicesOf(verdicts, accepts)).toEqual(expected(name));
  });
});

/** One process per expression: long on a busy machine. */
const LIVE = { timeout: 60_000 };

test('tcpdump, where it is installed, accepts the same packets', LIVE, ({ skip }) => {
  const absent = tcpdumpAbsent();
  if (absent !== null) return skip(absent);
  using file = new PacketFile(PACKETS);
  for (const [name, expression] of EXPRESSIONS) {
    expect([...file.accepted(expression)], name).toEqual(expected(name));
  }
});

function convert(name: string, flavour: ClassicFlavour): VerifiedObject {
  const code = convertClassic(parseDdd(readDdd(name)), { flavour });
  return trustWithoutVerification(linkCode(code, { name, type: flavour }), 'classic BPF vector');
}

async function run(
  backend: Backend,
  object: VerifiedObject,
  batch: PacketBatch,
): Promise<Uint32Array> {
  await using loaded = await backend.load(object);
  const [program] = loaded.programs.values();
  if (program === undefined) throw new TypeError(`backend ${backend.name} loaded no program`);
  return program.runBatch(batch).verdicts;
}

function indicesOf(verdicts: Uint32Array, accepts: (verdict: number) => boolean): number[] {
  return [...verdicts.keys()].filter((index) => accepts(verdicts[index] ?? 0));
}

function expected(name: string): number[] {
  return [...(accepted.get(name) ?? [])];
}
