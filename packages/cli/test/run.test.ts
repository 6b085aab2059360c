import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePcap } from '@anybpf/runtime';
import { describe, expect, test } from 'vitest';
import { anybpf } from './command-line.ts';

const FIREWALL = ['run', 'programs/firewall/firewall.bpf.o', '--backend', 'interpreter'];
const FRAME = '02000000000102000000000208060001080006040001';

/** No bounds check: faults on frames of fewer than 31 bytes. */
const READS_BYTE_30 = `r1 = *(u32 *)(r1 + 0)
r0 = *(u8 *)(r1 + 30)
r0 = 2
exit`;

interface RunDocument {
  readonly backend: string;
  readonly program: string;
  readonly results: readonly {
    readonly verdict: number;
    readonly verdictName: string;
    readonly packetOut: string;
    readonly cost: { readonly unit: string; readonly value: number };
  }[];
  readonly maps: Readonly<Record<string, readonly { key: string; value: string }[]>>;
}

async function runJson(args: readonly string[]): Promise<RunDocument> {
  const { status, out, err } = await anybpf([...args, '--json']);
  expect(status, err + out).toBe(0);
  return JSON.parse(out) as RunDocument;
}

describe('run', () => {
  test('one packet: verdict with its name, packet, cost and final maps', async () => {
    const document = await runJson([...FIREWALL, '--packet', FRAME]);
    expect(document).toMatchObject({ backend: 'interpreter', program: 'firewall' });
    expect(document.results).toEqual([
      {
        verdict: 2,
        verdictName: 'XDP_PASS',
        packetOut: FRAME,
        cost: { unit: 'ns', value: expect.any(Number) },
      },
    ]);
    expect(document.maps['outcomes']).toHaveLength(2);
    expect(document.maps['.data']).toEqual([{ key: '00000000', value: '00000000' }]);
  });

  test('a global changes what the program does', async () => {
    const udp = `${FRAME.slice(0, 24)}0800450000200001000040110000cb007107c6336401003500350000000000000000`;
    const before = await runJson([...FIREWALL, '--packet', udp]);
    const after = await runJson([...FIREWALL, '--packet', udp, '--map', '.data=00000000:01000000']);
    expect(before.results[0]?.verdictName).toBe('XDP_DROP');
    expect(after.results[0]?.verdictName).toBe('XDP_PASS');
  });

  test('a capture gives one result per packet; --maps fills maps from a file', async () => {
    const { results, maps } = await runJson([
      ...FIREWALL,
      '--pcap',
      'programs/firewall/packets.pcap',
      '--maps',
      'programs/firewall/maps.json',
    ]);
    expect(results).toHaveLength(20);
    expect(new Set(results.map(({ verdictName }) => verdictName))).toEqual(
      new Set(['XDP_PASS', 'XDP_DROP']),
    );
    expect(maps['rules']?.length).toBeGreaterThan(10);
  });

  test('says on stderr, and only there, that the object is unverified', async () => {
    const { out, err } = await anybpf([...FIREWALL, '--packet', FRAME, '--json']);
    expect(err).toMatch(/unverified/);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(() => JSON.parse(out)).not.toThrow();
  });

  test.each([
    ['USAGE', ['--packet', '0'], /whole bytes in hex/],
    ['USAGE', ['--packet', 'zz'], /whole bytes in hex/],
    ['USAGE', ['--packet', FRAME, '--pcap', 'x'], /exclude each other/],
    ['USAGE', [], /missing/],
    ['USAGE', ['--packet', FRAME, '--program', 'nat'], /no program "nat"; there are: firewall/],
    ['USAGE', ['--packet', FRAME, '--map', 'rules'], /NAME=KEYHEX:VALUEHEX/],
    ['USAGE', ['--packet', FRAME, '--map', 'nat=00:00'], /no map "nat"/],
    ['MAP_SIZE', ['--packet', FRAME, '--map', 'rules=00:00'], /key has 1 bytes, the map takes 40/],
    ['USAGE', ['--packet', FRAME, '--colour'], /unknown option '--colour'/i],
    ['PACKET_SIZE', ['--packet', 'ff'.repeat(4000)], /4000 bytes does not fit/],
    ['PACKET_SIZE', ['--packet', 'ff'], /1 bytes does not fit/],
    ['FILE', ['--pcap', 'no-such.pcap'], /cannot read no-such.pcap: no such file/],
    ['CAPTURE_FORMAT', ['--pcap', 'package.json'], /./],
  ])('%#: exit status 2 and error %s', async (code, args, message) => {
    const { status, out } = await anybpf([...FIREWALL, ...args, '--json']);
    const { error } = JSON.parse(out) as { error: { code: string; message: string } };
    expect(status).toBe(2);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test('a fault on a later packet keeps the results before it, names the packet, and exits with 1', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'anybpf-run-'));
    try {
      const object = join(folder, 'reads.o');
      const pcap = join(folder, 'two.pcap');
      await anybpf(['asm', '-', '-o', object], READS_BYTE_30);
      const data = [new Uint8Array(60), new Uint8Array(20)];
      await writeFile(pcap, writePcap(data.map((bytes) => ({ data: bytes }))));
      const args = ['run', object, '--backend', 'interpreter', '--pcap', pcap];
      const { status, out } = await anybpf([...args, '--json']);
      expect(status).toBe(1);
      expect(JSON.parse(out)).toMatchObject({
        results: [{ verdictName: 'XDP_PASS' }],
        error: { code: 'PROGRAM_FAULT', packet: 2, message: expect.stringMatching(/^packet 2: /) },
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('perf events are drained, and their map takes its size from the loader', async () => {
    const { maps } = await runJson([
      'run',
      'packages/cli/test/fixtures/events.o',
      '--backend',
      'interpreter',
      '--packet',
      FRAME,
    ]);
    expect(maps).toEqual({ events: [{ key: '', value: '07000000' }] });
  });

  test('a type that does not exist is refused, whatever the section says', async () => {
    const { status, err } = await anybpf([...FIREWALL, '--packet', FRAME, '--type', 'xpd']);
    expect([status, err]).toEqual([2, expect.stringContaining('no program type "xpd"')]);
  });

  test('a capture that ends inside a packet is warned of; bench takes none without packets', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'anybpf-cut-'));
    try {
      const path = join(folder, 'cut.pcap');
      const packets = [1, 2].map(() => ({ data: Buffer.from(FRAME, 'hex'), timestamp: null }));
      const whole = writePcap(packets);
      await writeFile(path, whole.subarray(0, -1));
      const { status, out, err } = await anybpf([...FIREWALL, '--pcap', path, '--json']);
      expect([status, err]).toEqual([
        0,
        expect.stringMatching(/ends inside a packet; the 1 before/),
      ]);
      expect((JSON.parse(out) as RunDocument).results).toHaveLength(1);

      await writeFile(path, whole.subarray(0, 24));
      const bench = ['bench', 'programs/pass/pass.bpf.o', '--backend', 'interpreter'];
      expect(await anybpf([...bench, '--pcap', path])).toMatchObject({
        status: 2,
        err: expect.stringContaining('holds no packets'),
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('bench', () => {
  test('of a program that faults says so, to scripts too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'anybpf-bench-'));
    try {
      const [object, pcap] = [join(folder, 'reads.o'), join(folder, 'short.pcap')];
      await anybpf(['asm', '-', '-o', object], READS_BYTE_30);
      await writeFile(pcap, writePcap([{ data: new Uint8Array(20) }]));
      const args = ['bench', object, '--backend', 'interpreter', '--pcap', pcap, '--quick'];
      const { status, out, err } = await anybpf([...args, '--json']);
      expect(status).toBe(1);
      expect(err).toMatch(/ on interpreter failed: .*packet/);
      expect(JSON.parse(out)).toMatchObject({
        results: [{ nsPerPacket: null, mpps: null, failure: 'PROGRAM_FAULT' }],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 60_000);
});
