import { type MapTypeName, mapSpec } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import { finalR0, loadText, u32, u64 } from '../interpreter/load-text.ts';

const spec = (type: MapTypeName, keySize: number, valueSize: number, maxEntries: number) =>
  mapSpec({ name: 'map', type, keySize, valueSize, maxEntries });

/** Key at r10-4, value at r10-16; then the helper with r1 = map, r2 = key or value. */
const KEYED = (key: number, value: number): string => `
  *(u32 *)(r10 - 4) = ${key}
  *(u64 *)(r10 - 16) = ${value}
  r2 = r10
  r2 += -4
  r3 = r10
  r3 += -16
  r1 = map_by_idx(0)
`;
const KEYLESS = (value: number): string => `
  *(u64 *)(r10 - 16) = ${value}
  r2 = r10
  r2 += -16
  r1 = map_by_idx(0)
`;
const errno = (number: number): bigint => BigInt.asUintN(64, BigInt(-number));

describe('results', () => {
  /** [map, what runs before, text, r0] */
  const rows: [string, ReturnType<typeof spec>, string, bigint][] = [
    ['hash: a miss is null', spec('hash', 4, 8, 2), `${KEYED(1, 0)}call 1`, 0n],
    [
      'hash: update, then look up',
      spec('hash', 4, 8, 2),
      `${KEYED(1, 55)}r4 = 0\ncall 2\n${KEYED(1, 0)}call 1\nr0 = *(u64 *)(r0 + 0)`,
      55n,
    ],
    [
      'hash: BPF_EXIST without entry',
      spec('hash', 4, 8, 2),
      `${KEYED(1, 5)}r4 = 2\ncall 2`,
      errno(2),
    ],
    [
      'hash: BPF_NOEXIST with entry',
      spec('hash', 4, 8, 2),
      `${KEYED(1, 5)}r4 = 0\ncall 2\n${KEYED(1, 5)}r4 = 1\ncall 2`,
      errno(17),
    ],
    ['hash: unknown flags', spec('hash', 4, 8, 2), `${KEYED(1, 5)}r4 = -1\ncall 2`, errno(22)],
    ['hash: delete a miss', spec('hash', 4, 8, 2), `${KEYED(1, 0)}call 3`, errno(2)],
    [
      'hash: full',
      spec('hash', 4, 8, 1),
      `${KEYED(1, 5)}r4 = 0\ncall 2\n${KEYED(2, 5)}r4 = 0\ncall 2`,
      errno(7),
    ],
    ['array: index outside is null', spec('array', 4, 8, 2), `${KEYED(2, 0)}call 1`, 0n],
    ['array: delete', spec('array', 4, 8, 2), `${KEYED(1, 0)}call 3`, errno(22)],
    [
      'percpu_array: lookup_percpu of a CPU that is not there',
      spec('percpu_array', 4, 8, 2),
      `${KEYED(1, 0)}r3 = 1\ncall 195`,
      0n,
    ],
    ['queue: empty', spec('queue', 0, 8, 2), `${KEYLESS(0)}call 88`, errno(2)],
    [
      'queue: first in, first out',
      spec('queue', 0, 8, 2),
      `${KEYLESS(1)}r3 = 0\ncall 87\n${KEYLESS(2)}r3 = 0\ncall 87\n${KEYLESS(0)}call 88\nr0 = *(u64 *)(r10 - 16)`,
      1n,
    ],
    [
      'stack: last in, first out',
      spec('stack', 0, 8, 2),
      `${KEYLESS(1)}r3 = 0\ncall 87\n${KEYLESS(2)}r3 = 0\ncall 87\n${KEYLESS(0)}call 89\nr0 = *(u64 *)(r10 - 16)`,
      2n,
    ],
    [
      'queue: full',
      spec('queue', 0, 8, 1),
      `${KEYLESS(1)}r3 = 0\ncall 87\n${KEYLESS(2)}r3 = 0\ncall 87`,
      errno(7),
    ],
  ];
  it.each(rows)('%s', async (_name, map, text, r0) => {
    const { program } = await loadText(`${text}\nexit`, { maps: [map] });
    expect(finalR0(program)).toBe(r0);
  });
});

it('a value of a hash that has grown meanwhile is still the map’s', async () => {
  const text = `
    r6 = 0
    ${KEYED(100_000, 7)}
    r4 = 0
    call 2
    ${KEYED(100_000, 0)}
    call 1
    r7 = r0
  more:
    *(u32 *)(r10 - 4) = r6
    r2 = r10
    r2 += -4
    r3 = r10
    r3 += -16
    r1 = map_by_idx(0)
    r4 = 0
    call 2
    r6 += 1
    if r6 < 2000 goto more
    *(u64 *)(r7 + 0) = 123
    r0 = *(u64 *)(r7 + 0)
    exit`;
  const { program, maps } = await loadText(text, { maps: [spec('hash', 4, 8, 4096)] });
  expect(program.run({}).verdict).toBe(123);
  expect(maps.get('map')?.get(u32(100_000))).toEqual(u64(123n));
});

describe('per-CPU maps', () => {
  it('a program sees the slot of its CPU', async () => {
    const map = spec('percpu_array', 4, 8, 1);
    const text = `${KEYED(0, 0)}call 1\nr1 = 1\nlock *(u64 *)(r0 + 0) += r1\nr0 = 0\nexit`;
    const { program, maps } = await loadText(text, { maps: [map], options: { cpus: 3, cpu: 1 } });
    program.run({});
    program.run({});
    const value = maps.get('map')?.get(u32(0));
    expect(value).toEqual(new Uint8Array([...u64(0n), ...u64(2n), ...u64(0n)]));
  });

  it('bpf_map_lookup_percpu_elem reaches the others', async () => {
    const text = `${KEYED(0, 0)}r3 = 2\ncall 195\n*(u64 *)(r0 + 0) = 9\nr0 = 0\nexit`;
    const { program, maps } = await loadText(text, {
      maps: [spec('percpu_array', 4, 8, 1)],
      options: { cpus: 3 },
    });
    program.run({});
    expect(maps.get('map')?.get(u32(0))?.[16]).toBe(9);
  });
});

describe('ring buffer', () => {
  const ring = spec('ringbuf', 0, 0, 4096);
  const reserve = 'r1 = map_by_idx(0)\nr2 = 8\nr3 = 0\ncall 131\n';

  it('reserve, submit, discard, output', async () => {
    const text = `
      ${reserve}
      *(u64 *)(r0 + 0) = 1
      r1 = r0
      r2 = 0
      call 132
      ${reserve}
      r1 = r0
      r2 = 0
      call 133
      *(u32 *)(r10 - 4) = 2
      r1 = map_by_idx(0)
      r2 = r10
      r2 += -4
      r3 = 4
      r4 = 0
      call 130
      exit`;
    const { program, maps } = await loadText(text, { maps: [ring] });
    expect(program.run({}).verdict).toBe(0);
    expect(maps.get('map')?.drain()).toEqual([u64(1n), u32(2)]);
  });

  it('a record that does not fit is null', async () => {
    const { program } = await loadText('r1 = map_by_idx(0)\nr2 = 4096\nr3 = 0\ncall 131\nexit', {
      maps: [ring],
    });
    expect(finalR0(program)).toBe(0n);
  });

  it('a record left open does not block the next run', async () => {
    const { program, maps } = await loadText(
      `${reserve}if r0 == 0 goto end\n${reserve}r1 = r0\nr2 = 0\ncall 132\nend:\nr0 = 0\nexit`,
      { maps: [ring] },
    );
    for (let i = 0; i < 1000; i++) {
      program.run({});
      expect(maps.get('map')?.drain()).toHaveLength(1);
    }
  });

  it('query tells the size of the ring', async () => {
    const { program } = await loadText('r1 = map_by_idx(0)\nr2 = 1\ncall 134\nexit', {
      maps: [ring],
    });
    expect(finalR0(program)).toBe(4096n);
  });
});

describe('bpf_perf_event_output', () => {
  const map = spec('perf_event_array', 4, 4, 1);
  const output = (flags: string): string =>
    `*(u32 *)(r10 - 4) = 7\nr2 = map_by_idx(0)\nr3 = ${flags}\nr4 = r10\nr4 += -4\nr5 = 4\ncall 25\nexit`;
  const packet = Uint8Array.from({ length: 20 }, (_, i) => i);

  it('gives the payload, and packet bytes behind it', async () => {
    const { program, maps } = await loadText(output('0x2ffffffff ll'), {
      type: 'xdp',
      maps: [map],
    });
    expect(program.run({ packet }).verdict).toBe(0);
    expect(maps.get('map')?.drain()).toEqual([new Uint8Array([7, 0, 0, 0, 0, 1])]);
  });

  it.each([
    ['more than the packet has', '0x15ffffffff ll', -14],
    ['unknown flags', '0x10000000000000 ll', -22],
  ])('%s', async (_name, flags, result) => {
    const { program } = await loadText(output(flags), { type: 'xdp', maps: [map] });
    expect(program.run({ packet }).verdict | 0).toBe(result);
  });
});

describe('bpf_redirect_map', () => {
  const redirect = (key: number, flags: number): string =>
    `r1 = map_by_idx(0)\nr2 = ${key}\nr3 = ${flags}\ncall 51\nexit`;
  it.each([
    ['a target', 0, 0, 4],
    ['no target: the action in the flags', 1, 2, 2],
    ['no target', 1, 0, 0],
    ['unknown flags', 0, 4, 0],
    ['broadcast', 1, 8, 4],
  ])('%s', async (_name, key, flags, verdict) => {
    const map = spec('devmap', 4, 4, 2);
    const { program, maps } = await loadText(redirect(key, flags), { type: 'xdp', maps: [map] });
    maps.get('map')?.set(u32(0), u32(1));
    expect(program.run({ packet: new Uint8Array(64) }).verdict).toBe(verdict);
  });
});
