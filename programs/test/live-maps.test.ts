import { ethernet, frame, icmp, ipv4, type LoadedObject, tcp, udp } from '@anybpf/runtime';
import { describe, expect, test } from 'vitest';
import {
  address,
  be16,
  mappedPrefix,
  struct,
  u8,
  u16,
  u32,
  u64,
  zeros,
} from '../scripts/fixtures/layout.ts';
import { SAMPLE_EVERY, sampler } from '../scripts/fixtures/plain.ts';
import { backends, fixtureNamed, type Prepared, prepared } from './backends.ts';

const XDP = { aborted: 0, drop: 1, pass: 2, tx: 3 } as const;
const ping = frame(ethernet(), ipv4({ src: '10.9.9.9' }), icmp());
const first = u32(0);

function verdicts(run: Prepared, packet: Uint8Array, count: number): number[] {
  return Array.from({ length: count }, () => run.program.run({ packet }).verdict);
}

function set(loaded: LoadedObject, map: string, key: Uint8Array, value: Uint8Array): void {
  const handle = loaded.maps.get(map);
  expect(handle, map).toBeDefined();
  handle?.set(key, value);
}

describe.each(backends)('$name: maps changed between packets', (backend) => {
  test('firewall: default action, a rule that comes and goes', async ({ skip }) => {
    await using run = await prepared(fixtureNamed('firewall'), backend, skip);
    const { loaded } = run;
    const ssh = frame(ethernet(), ipv4({ dst: '192.0.2.9' }), tcp({ dstPort: 22 }));
    const rule = struct(zeros(16), address('192.0.2.9'), zeros(2), be16(22), u8(6), zeros(3));
    const action = (value: number) => struct(u32(value), zeros(20));

    expect(verdicts(run, ssh, 1)).toEqual([XDP.drop]);
    set(loaded, '.data', first, u32(1));
    expect(verdicts(run, ssh, 1)).toEqual([XDP.pass]);
    set(loaded, 'rules', rule, action(0));
    expect(verdicts(run, ssh, 1)).toEqual([XDP.drop]);
    set(loaded, 'rules', rule, action(1));
    expect(verdicts(run, ssh, 2)).toEqual([XDP.pass, XDP.pass]);
    expect(loaded.maps.get('rules')?.get(rule)).toEqual(
      struct(u32(1), u32(0), u64(2), u64(ssh.length * 2)),
    );
    expect(loaded.maps.get('rules')?.delete(rule)).toBe(true);
    set(loaded, '.data', first, u32(0));
    expect(verdicts(run, ssh, 1)).toEqual([XDP.drop]);
  });

  test('ddos: a prefix is blocked and released, with its hits counted', async ({ skip }) => {
    await using run = await prepared(fixtureNamed('ddos'), backend, skip);
    const blocked = run.loaded.maps.get('blocked');
    const prefix = mappedPrefix('10.9.0.0/16');
    expect(verdicts(run, ping, 1)).toEqual([XDP.pass]);
    set(run.loaded, 'blocked', prefix, u64(0));
    expect(verdicts(run, ping, 3)).toEqual([XDP.drop, XDP.drop, XDP.drop]);
    expect(blocked?.get(prefix)).toEqual(u64(3));
    expect(blocked?.delete(prefix)).toBe(true);
    expect(verdicts(run, ping, 1)).toEqual([XDP.pass]);
  });

  test('ddos: the limit changes, a source is forgiven', async ({ skip }) => {
    await using run = await prepared(fixtureNamed('ddos'), backend, skip);
    const { loaded } = run;
    const source = address('10.9.9.9');
    set(loaded, 'limits', first, struct(u32(0), u32(2)));
    expect(verdicts(run, ping, 4)).toEqual([XDP.pass, XDP.pass, XDP.drop, XDP.drop]);
    expect(loaded.maps.get('sources')?.get(source)).toEqual(struct(u64(0), u32(0), u32(2)));
    expect(loaded.maps.get('sources')?.delete(source)).toBe(true);
    expect(verdicts(run, ping, 3)).toEqual([XDP.pass, XDP.pass, XDP.drop]);
    set(loaded, 'limits', first, struct(u32(0), u32(0)));
    expect(verdicts(run, ping, 3)).toEqual([XDP.pass, XDP.pass, XDP.pass]);
  });

  test('ddos: at a rate no machine reaches, the clock refills every bucket', async ({ skip }) => {
    await using run = await prepared(fixtureNamed('ddos'), backend, skip);
    // One token about every 4 ns: the program itself takes longer than that.
    set(run.loaded, 'limits', first, struct(u32(1 << 28), u32(1)));
    expect(verdicts(run, ping, 20)).toEqual(new Array(20).fill(XDP.pass));
  });

  test('pipeline: a stage is taken out and put back', async ({ skip }) => {
    await using run = await prepared(fixtureNamed('pipeline'), backend, skip);
    const { loaded } = run;
    const stages = loaded.maps.get('stages');
    const forward = loaded.programs.get('forward');
    expect(verdicts(run, ping, 1)).toEqual([XDP.tx]);
    expect(stages?.delete(u32(1))).toBe(true);
    expect(verdicts(run, ping, 1)).toEqual([XDP.aborted]);
    if (forward !== undefined) stages?.setReference(u32(1), forward);
    expect(verdicts(run, ping, 1)).toEqual([XDP.tx]);
    expect(stages?.delete(u32(0))).toBe(true);
    expect(verdicts(run, ping, 1)).toEqual([XDP.aborted]);
  });

  test('load-balancer: a backend without address is no backend', async ({ skip }) => {
    await using run = await prepared(fixtureNamed('load-balancer'), backend, skip);
    const packet = frame(ethernet(), ipv4({ dst: '192.168.0.1' }), udp());
    expect(verdicts(run, packet, 1)).toEqual([XDP.tx]);
    for (let number = 0; number < 8; number++) {
      set(run.loaded, 'backends', u32(number), zeros(16));
    }
    expect(verdicts(run, packet, 1)).toEqual([XDP.drop]);
  });

  test('router: a longer prefix takes over', async ({ skip }) => {
    await using run = await prepared(fixtureNamed('router'), backend, skip);
    const packet = frame(ethernet(), ipv4({ dst: '192.168.5.5' }), udp());
    expect(verdicts(run, packet, 1)).toEqual([XDP.tx]);
    set(run.loaded, 'routes4', struct(u32(32), u8(192), u8(168), u8(5), u8(5)), u32(0));
    expect(verdicts(run, packet, 1)).toEqual([XDP.pass]);
  });
});

describe.each(backends)('$name: sampler', (backend) => {
  test('every eighth packet, its length and first bytes', async ({ skip }) => {
    await using run = await prepared(fixtureNamed('sampler'), backend, skip);
    for (const { frame: packet } of sampler.packets) run.program.run({ packet });
    const records = run.loaded.maps.get('samples')?.drain() ?? [];
    const taken = sampler.packets.filter((_, i) => i % SAMPLE_EVERY === 0);
    expect(records.map((record) => record.subarray(8, 20))).toEqual(
      taken.map(({ frame: packet }, i) =>
        struct(u32(i * SAMPLE_EVERY), u32(packet.length), u32(Math.min(packet.length, 64))),
      ),
    );
    for (const [i, record] of records.entries()) {
      const header = new Uint8Array(64);
      header.set(taken[i]?.frame.subarray(0, 64) ?? []);
      expect(record.subarray(24)).toEqual(header);
    }
    const times = records.map((record) =>
      new DataView(record.buffer, record.byteOffset).getBigUint64(0, true),
    );
    expect(times[0]).toBeGreaterThan(0n);
    expect(times).toEqual(times.toSorted((a, b) => Number(a - b)));
    expect(run.loaded.maps.get('.bss')?.get(first)).toEqual(
      struct(u32(sampler.packets.length), u32(0)),
    );
  });

  test('the rate may change, and 0 is off', async ({ skip }) => {
    await using run = await prepared(fixtureNamed('sampler'), backend, skip);
    set(run.loaded, '.data', first, u32(1));
    verdicts(run, ping, 3);
    expect(run.loaded.maps.get('samples')?.drain()).toHaveLength(3);
    set(run.loaded, '.data', first, u32(0));
    verdicts(run, ping, 3);
    expect(run.loaded.maps.get('samples')?.drain()).toHaveLength(0);
  });

  test('a full ring loses samples and says how many', async ({ skip }) => {
    await using run = await prepared(fixtureNamed('sampler'), backend, skip);
    set(run.loaded, '.data', first, u32(1));
    // 256 KiB hold 2730 records of 8 + 88 bytes.
    verdicts(run, ping, 2740);
    expect(run.loaded.maps.get('samples')?.drain()).toHaveLength(2730);
    const lost = run.loaded.maps.get('.bss')?.get(first)?.subarray(4, 8);
    expect(lost).toEqual(struct(u16(10), u16(0)));
  });
});
