import {
  type ClassicFlavour,
  type ClassicProgram,
  convertClassic,
  linkCode,
  parseDdd,
  trustWithoutVerification,
} from '@anybpf/bytecode';
import { type Backend, packetBatch } from '@anybpf/runtime';
import { describe, expect, test } from 'vitest';
import { interpreter, kernel } from './backends.ts';
import { readKernelRuns } from './classic/kernel-runs.ts';
import { behindEthernet } from './classic/socket-frame.ts';

const XDP_DROP = 1;
const XDP_PASS = 2;

const BACKENDS = [
  ['interpreter', interpreter],
  ['linux', kernel.backend],
] as const;

const { packets, runs } = readKernelRuns();

/** SKF_AD_OFF, SKF_NET_OFF, SKF_LL_OFF. */
const AD = -0x1000;
const NET = -0x10_0000;
const LL = -0x20_0000;

type Row = readonly [code: number, jt: number, jf: number, k: number];

const ldb = (k: number): Row => [0x30, 0, 0, k];
const ldbx = (k: number): Row => [0x50, 0, 0, k];
const ldw = (k: number): Row => [0x20, 0, 0, k];
const ldx = (k: number): Row => [0x01, 0, 0, k];
const msh = (k: number): Row => [0xb1, 0, 0, k];
const TXA: Row = [0x87, 0, 0, 0];

/** Byte i is i + 1. */
const FRAME = Uint8Array.from({ length: 80 }, (_, i) => i + 1);

/**
 * Loads that count from headers, and what they find in FRAME; null: the end with 0. A socket's packet
 * stands behind an Ethernet header of its own (`behindEthernet`), XDP's is the frame.
 */
const OFFSETS: readonly (readonly [
  what: string,
  rows: readonly Row[],
  socket: number | null,
  xdp: number | null,
])[] = [
  ['ldb [NET + 3]', [ldb(NET + 3)], 4, 18],
  ['ldb [LL + 20]', [ldb(LL + 20)], 7, 21],
  ['ldxb 4*([LL + 20]&0xf)', [msh(LL + 20), TXA], 28, 20],
  ['ldb [x + 3], X = NET', [ldx(NET), ldbx(3)], 4, 18],
  ['ldb [x + LL], X = 20', [ldx(20), ldbx(LL)], 7, 21],
  ['ldb [x + 10], X = -4', [ldx(-4), ldbx(10)], 7, 7],
  ['ldb [NET + 80]', [ldb(NET + 80)], null, null],
  ['ldb [x + NET], X = 0xfffd', [ldx(0xfffd), ldbx(NET)], null, null],
  ['ldb [x + LL], X = 0x10000', [ldx(0x1_0000), ldbx(LL)], null, null],
  ['ldb [x], X = -1', [ldx(-1), ldbx(0)], null, null],
  ['ldb [x], X = LL - 1', [ldx(LL - 1), ldbx(0)], null, null],
  ['ldb [x + 1], X = 0x7fffffff', [ldx(0x7fff_ffff), ldbx(1)], null, null],
  [
    'ldb [x + 0x7fffffff], X of the packet',
    [ldw(0), [0x07, 0, 0, 0], ldbx(0x7fff_ffff)],
    null,
    null,
  ],
  ['ldb [LL - 1]', [ldb(LL - 1)], null, null],
  ['ldb [0x7fffffff]', [ldb(0x7fff_ffff)], null, null],
];

/** Ancillary data of FRAME in a test run of the kernel. */
const ANCILLARY: readonly (readonly [
  flavour: ClassicFlavour,
  name: string,
  number: number,
  value: number,
])[] = [
  ['socket_filter', 'protocol', 0, 0x88b5],
  ['socket_filter', 'packet type', 4, 3],
  ['socket_filter', 'interface', 8, 1],
  ['socket_filter', 'mark', 20, 0],
  ['socket_filter', 'queue', 24, 0],
  ['socket_filter', 'hash', 32, 0],
  ['socket_filter', 'VLAN tag', 44, 0],
  ['socket_filter', 'VLAN tag present', 48, 0],
  ['socket_filter', 'VLAN protocol', 60, 0],
  ['xdp', 'interface', 8, 1],
  ['xdp', 'VLAN tag', 44, 0],
  ['xdp', 'VLAN tag present', 48, 0],
  ['xdp', 'VLAN protocol', 60, 0],
];

describe.each(BACKENDS)('%s', (_name, backend) => {
  test.for(runs)('what Linux does with %s', async ([text, kept], { skip }) => {
    if (backend === null) return skip(kernel.reason);
    const program = parseDdd(text);
    const verdicts = await verdictsOf(backend, program, 'socket_filter', packets);
    // A socket keeps no more than there is.
    expect(verdicts.map((verdict, i) => Math.min(verdict, packets[i]?.length ?? 0))).toEqual(kept);
    expect(await verdictsOf(backend, program, 'xdp', packets)).toEqual(
      kept.map((length) => (length === 0 ? XDP_DROP : XDP_PASS)),
    );
  });

  test.for(OFFSETS)('%s', async ([, rows, socket, xdp], { skip }) => {
    if (backend === null) return skip(kernel.reason);
    expect(await finds(backend, 'socket_filter', rows, socket)).toBe(true);
    expect(await finds(backend, 'xdp', rows, xdp)).toBe(true);
  });

  test.for(ANCILLARY)('%s: %s', async ([flavour, , number, value], { skip }) => {
    if (backend === null) return skip(kernel.reason);
    expect(await finds(backend, flavour, [ldw(AD + number)], value)).toBe(true);
  });

  test('the processor and a random number', async ({ skip }) => {
    if (backend === null) return skip(kernel.reason);
    for (const flavour of ['socket_filter', 'xdp'] as const) {
      expect(await finds(backend, flavour, [ldw(AD + 36)], 0xffff_ffff)).toBe(false);
      expect(await finds(backend, flavour, [ldw(AD + 56), [0x54, 0, 0, 0]], 0)).toBe(true);
    }
  });

  test('a jump over more than 32,767 eBPF instructions', { timeout: 60_000 }, async ({ skip }) => {
    if (backend === null) return skip(kernel.reason);
    const far = Array.from({ length: 2500 }, () => ldbx(0));
    const program = classic([0x80, 0, 0, 0], [0x15, 0, 1, 80], [0x05, 0, 0, 2500], ...far, ACCEPT);
    expect(await verdictsOf(backend, program, 'xdp', [FRAME])).toEqual([XDP_PASS]);
  });
});

const ACCEPT: Row = [0x06, 0, 0, 1];

/** Whether the rows leave A as expected; null: whether they end the program with 0. */
async function finds(
  backend: Backend,
  flavour: ClassicFlavour,
  rows: readonly Row[],
  expected: number | null,
): Promise<boolean> {
  const program =
    expected === null
      ? classic(...rows, ACCEPT)
      : classic(...rows, [0x15, 0, 1, expected], ACCEPT, [0x06, 0, 0, 0]);
  const [verdict] = await verdictsOf(backend, program, flavour, [FRAME]);
  const accepted = verdict === (flavour === 'xdp' ? XDP_PASS : 1);
  return accepted === (expected !== null);
}

function classic(...rows: readonly Row[]): ClassicProgram {
  return rows.map(([code, jt, jf, k]) => ({ code, jt, jf, k: k >>> 0 }));
}

/** Verdict of each packet. */
async function verdictsOf(
  backend: Backend,
  program: ClassicProgram,
  flavour: ClassicFlavour,
  given: readonly Uint8Array[],
): Promise<number[]> {
  const code = convertClassic(program, { flavour });
  const object = trustWithoutVerification(linkCode(code, { type: flavour }), 'classic BPF vector');
  await using loaded = await backend.load(object);
  const [converted] = loaded.programs.values();
  if (converted === undefined) throw new TypeError(`backend ${backend.name} loaded no program`);
  const batch = packetBatch(flavour === 'xdp' ? given : given.map(behindEthernet));
  return [...converted.runBatch(batch).verdicts];
}
