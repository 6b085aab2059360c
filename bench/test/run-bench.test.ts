import { assemble, linkCode, trustWithoutVerification } from '@anybpf/bytecode';
import { type BpfMap, createInterpreter, packetBatch } from '@anybpf/runtime';
import { describe, expect, test } from 'vitest';
import { harnessWorkloads, runBench, type Workload } from '../src/index.ts';
import { type FakeOptions, fakeBackend } from './fake-backend.ts';

const BATCH = packetBatch([Uint8Array.of(1), Uint8Array.of(1), Uint8Array.of(2)]);

function workload(name: string, more: Partial<Workload> = {}): Workload {
  const linked = linkCode(assemble('r0 = 2\nexit'), { name, type: 'xdp' });
  const object = trustWithoutVerification(linked, 'test');
  return { name, object, program: name, ...more };
}

/** With `sampleMs` 0 calibration is one call, so round n (from 1) is call n. */
function bench(
  workloads: readonly Workload[],
  fakes: readonly FakeOptions[],
  rounds = 3,
): ReturnType<typeof runBench> {
  return runBench({
    workloads,
    backends: fakes.map(fakeBackend),
    batch: BATCH,
    rounds,
    sampleMs: 0,
    warmUpMs: 0,
  });
}

test('the harness programs: one leaves its packets, one changes a byte', async () => {
  const backend = createInterpreter();
  const packet = Uint8Array.from({ length: 64 }, (_, i) => i);
  const outcomes = [];
  for (const { object, program } of harnessWorkloads()) {
    await using loaded = await backend.load(object);
    const result = loaded.programs.get(program)?.run({ packet });
    const changed = packet.filter((byte, i) => result?.packet?.[i] !== byte).length;
    outcomes.push([program, result?.verdict, result?.packet?.length, changed]);
  }
  expect(outcomes).toEqual([
    ['empty', 2, 64, 0],
    ['one-byte', 2, 64, 1],
  ]);
});

describe('runBench', () => {
  test('takes one call per round as its sample and drops calibration', async () => {
    const report = await bench(
      [workload('w')],
      [{ name: 'a', cost: (_, call) => (call === 0 ? 1e9 : [5, 9, 6][call - 1]) ?? -1 }],
    );
    expect(report.results[0]).toMatchObject({
      samples: 3,
      nsPerPacket: { min: 5, median: 6, max: 9 },
      mpps: 1000 / 6,
    });
  });

  test('samples in the order A B A B', async () => {
    const log: NonNullable<FakeOptions['log']> = [];
    await bench(
      [workload('w')],
      ['a', 'b'].map((name) => ({ name, cost: () => 10, log })),
      2,
    );
    const calls = log.filter(({ program }) => program === 'w').map(({ backend }) => backend);
    const calibration = 'ab';
    expect(calls.join('')).toBe(`${calibration}abab`);
  });

  test('ratios pair the samples of a round, so that drift cancels out', async () => {
    const report = await bench(
      [workload('w')],
      [
        { name: 'slow', cost: (_, call) => 300 * (1 + call) },
        { name: 'fast', cost: (_, call) => 100 * (1 + call) },
        { name: 'middle', cost: (_, call) => 200 * (1 + call) },
      ],
    );
    expect(report.ratios.map((row) => [row.workload, row.backend, row.against])).toEqual([
      ['w', 'fast', 'slow'],
      ['w', 'middle', 'slow'],
      ['w', 'middle', 'fast'],
    ]);
    expect(report.ratios.map(({ ratio }) => ratio)).toEqual([
      expect.closeTo(3),
      expect.closeTo(1.5),
      expect.closeTo(0.5),
    ]);
  });

  test('the harness is measured first, reported apart and not subtracted', async () => {
    const costs = new Map([
      ['empty', 7],
      ['one-byte', 9],
    ]);
    const report = await bench(
      [workload('w')],
      [{ name: 'a', cost: (program) => costs.get(program) ?? 20 }],
    );
    expect(report.harness).toMatchObject([
      { workload: 'empty', backend: 'a', nsPerPacket: { median: 7 } },
      { workload: 'one-byte', backend: 'a', nsPerPacket: { median: 9 } },
    ]);
    expect(report.results).toMatchObject([
      { workload: 'w', backend: 'a', nsPerPacket: { min: 20, median: 20, max: 20 }, mpps: 50 },
    ]);
  });

  test('simulated cycles stand apart: no ns, no Mpps, no ratio', async () => {
    const report = await bench(
      [workload('w')],
      [
        { name: 'host', cost: () => 10 },
        { name: 'nic', unit: 'cycles', cost: () => 42 },
      ],
    );
    expect(report.results[1]).toMatchObject({
      backend: 'nic',
      nsPerPacket: null,
      cyclesPerPacket: 42,
      mpps: null,
    });
    expect(report.results[0]).not.toHaveProperty('cyclesPerPacket');
    expect(report.ratios).toEqual([]);
  });

  test('a backend that fails in one workload has a note there; all else goes on', async () => {
    const open = new Set<string>();
    const failsLate = (_: string, call: number): number => {
      if (call === 2) throw new Error('the machine stopped');
      return 10;
    };
    const report = await bench(
      [workload('x'), workload('y')],
      [
        { name: 'a', cost: () => 10, open },
        { name: 'b', cost: () => 5, refuses: 'x', open },
        { name: 'c', cost: failsLate, open },
      ],
    );
    const failed = {
      samples: 0,
      nsPerPacket: null,
      wallNsPerPacket: null,
      mpps: null,
      failure: 'ERROR',
    };
    expect(report.results).toMatchObject([
      { workload: 'x', backend: 'a', samples: 3 },
      { workload: 'x', backend: 'b', ...failed, note: 'failed: x is refused' },
      { workload: 'x', backend: 'c', ...failed, note: 'failed: the machine stopped' },
      { workload: 'y', backend: 'a', samples: 3 },
      { workload: 'y', backend: 'b', samples: 3 },
      { workload: 'y', backend: 'c', ...failed },
    ]);
    expect(report.ratios.map(({ workload: name, backend }) => name + backend)).toEqual(['yb']);
    expect(open.size).toBe(0);
  });

  test('a prepare that throws is a failure of that backend alone, and leaves nothing open', async () => {
    const open = new Set<string>();
    const prepare = (): void => {
      throw new Error('no such map');
    };
    const report = await bench([workload('w', { prepare })], [{ name: 'a', cost: () => 1, open }]);
    expect(report.results).toMatchObject([{ nsPerPacket: null, note: 'failed: no such map' }]);
    expect(open.size).toBe(0);
  });

  test('backends that do not work here are listed, not measured', async () => {
    const report = await bench(
      [workload('w')],
      [
        { name: 'a', cost: () => 1 },
        { name: 'b', cost: () => 1, status: { available: false, reason: 'no b', remedy: 'get b' } },
      ],
    );
    expect(report.absent).toEqual([{ backend: 'b', reason: 'no b', remedy: 'get b' }]);
    expect(report.results.map(({ backend }) => backend)).toEqual(['a']);
    expect(report.versions).toMatchObject({ a: '1.0', node: process.versions.node });
    expect(report.versions).not.toHaveProperty('b');
  });

  test('a workload may bring its own packets; the others share one batch', async () => {
    const log: NonNullable<FakeOptions['log']> = [];
    const own = packetBatch([Uint8Array.of(9)]);
    await bench(
      [workload('x'), workload('y', { batch: own })],
      [{ name: 'a', cost: () => 1, log }],
    );
    const used = (name: string) =>
      new Set(log.filter(({ program }) => program === name).map(({ batch }) => batch));
    expect([used('x'), used('y')]).toEqual([new Set([BATCH]), new Set([own])]);
  });

  test('verdicts that differ between backends are noted', async () => {
    const report = await bench(
      [workload('w', { note: 'about w' })],
      [
        { name: 'a', cost: () => 1, verdict: 2 },
        { name: 'b', cost: () => 1, verdict: 1, note: 'about b' },
      ],
    );
    expect(report.results.map(({ note }) => note)).toEqual([
      'about w',
      'about w; about b; other verdicts than a on 3 packets',
    ]);
  });

  test('ring buffers are emptied before each call', async () => {
    let drained = 0;
    const ring = { spec: { type: 'ringbuf' }, drain: () => [drained++] } as unknown as BpfMap;
    const array = { spec: { type: 'array' } } as unknown as BpfMap;
    const maps = new Map([
      ['ring', ring],
      ['array', array],
    ]);
    const log: NonNullable<FakeOptions['log']> = [];
    const report = await bench([workload('w')], [{ name: 'a', cost: () => 1, maps, log }]);
    expect(drained).toBe(log.length);
    expect(report.results[0]?.note).toContain('ring buffer');
  });

  test.each([
    ['a slow program', 0.3e6, [1, 10]],
    ['a fast one, by way of a few repetitions', 10, [1, 100, 300_000]],
    ['one that costs nothing', 0, [1, 100, 1_000_000]],
    ['one that takes longer than a sample', 1e9, [1]],
  ])('calibration of %s', async (_, ns, repeats) => {
    const log: NonNullable<FakeOptions['log']> = [];
    await runBench({
      workloads: [],
      backends: [fakeBackend({ name: 'a', cost: () => ns, log })],
      batch: BATCH,
      rounds: 1,
      sampleMs: 9,
      warmUpMs: 0,
    });
    expect([...new Set(log.map(({ repeat }) => repeat))]).toEqual(repeats);
  });

  test('the report has the shape that the command line promises', async () => {
    const steps: string[] = [];
    const report = await runBench({
      workloads: [workload('w')],
      backends: [
        fakeBackend({ name: 'a', cost: () => 4 }),
        fakeBackend({ name: 'b', cost: () => 2 }),
      ],
      batch: BATCH,
      rounds: 2,
      sampleMs: 0,
      warmUpMs: 0,
      onProgress: ({ workload: name, done, total }) => steps.push(`${name} ${done}/${total}`),
    });
    expect(steps).toEqual(['empty 0/3', 'one-byte 1/3', 'w 2/3']);
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({
      machine: { cpu: expect.any(String), cores: expect.any(Number), kernel: expect.any(String) },
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      versions: { anybpf: expect.any(String), v8: process.versions.v8 },
      packets: 3,
      method: { order: 'A B A B', rounds: 2, sampleMs: 0, distinctPackets: 2 },
      results: [
        {
          workload: 'w',
          backend: 'a',
          samples: 2,
          nsPerPacket: { min: 4, median: 4, max: 4 },
          mpps: 250,
        },
        {
          workload: 'w',
          backend: 'b',
          samples: 2,
          nsPerPacket: { min: 2, median: 2, max: 2 },
          mpps: 500,
        },
      ],
      ratios: [{ workload: 'w', backend: 'b', against: 'a', ratio: 2 }],
    });
  });
});
