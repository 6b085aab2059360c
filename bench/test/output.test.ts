import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type BenchReport,
  type BenchResult,
  failedWorkloads,
  formatText,
  writeReport,
} from '../src/index.ts';
import { formatChart } from '../src/output/chart.ts';
import { formatMarkdown } from '../src/output/markdown.ts';
import { amount, significant, times } from '../src/output/numbers.ts';

function row(
  workload: string,
  backend: string,
  ns: number,
  more: Partial<BenchResult> = {},
): BenchResult {
  return {
    workload,
    backend,
    samples: 3,
    nsPerPacket: { min: ns - 1, median: ns, max: ns + 2 },
    wallNsPerPacket: { min: ns, median: ns, max: ns },
    mpps: 1000 / ns,
    repeat: 10,
    ...more,
  };
}

const FAILED = {
  samples: 0,
  nsPerPacket: null,
  wallNsPerPacket: null,
  mpps: null,
  failure: 'ERROR',
};

const REPORT: BenchReport = {
  machine: {
    cpu: 'Test CPU',
    cores: 2,
    memory: 8e9,
    arch: 'x64',
    os: 'Test OS 1',
    kernel: '6.18.0',
    load: 0.25,
  },
  date: '2026-11-22T00:00:00.000Z',
  versions: { anybpf: '0.1.0', node: '24.21.0', v8: '13.6', kernel: '6.18.0', linux: 'libbpf 1.1' },
  packets: 1024,
  method: { order: 'A B A B', rounds: 3, sampleMs: 25, distinctPackets: 130 },
  absent: [{ backend: 'windows', reason: 'this is Linux', remedy: 'Use Windows.' }],
  harness: [
    row('empty', 'interpreter', 80),
    row('empty', 'linux', 9),
    row('empty', 'nic', 0, { nsPerPacket: null, mpps: null, cyclesPerPacket: 12 }),
    row('one-byte', 'interpreter', 90),
    row('one-byte', 'linux', 100, { note: 'fed' }),
  ],
  results: [
    row('drop', 'interpreter', 1500),
    row('drop', 'linux', 12.34, {
      wallNsPerPacket: { min: 20, median: 21, max: 22 },
      note: 'kernel time',
    }),
    row('drop', 'nic', 0, { nsPerPacket: null, mpps: null, cyclesPerPacket: 24.5 }),
    row('a<b|c', 'interpreter', 123456),
    row('a<b|c', 'linux', 0, { ...FAILED, note: 'failed: no such helper' }),
    row('a<b|c', 'nic', 0, { nsPerPacket: null, mpps: null, cyclesPerPacket: 300 }),
  ],
  ratios: [{ workload: 'drop', backend: 'linux', against: 'interpreter', ratio: 121.5 }],
};

test('text for a terminal', () => {
  expect(formatText(REPORT)).toMatchInlineSnapshot(`
    "1,024 packets (130 distinct); 3 samples of about 25 ms per figure, in the order A B A B; median, minimum and maximum.
    Test CPU, 2 cores, x64, Test OS 1, kernel 6.18.0, load 0.3 at the start, 2026-11-22T00:00:00.000Z.
    anybpf 0.1.0, node 24.21.0, v8 13.6, linux libbpf 1.1.
    windows is absent: this is Linux. Use Windows.

                        ---------- interpreter ----------  ----------- linux ------------  ----- nic ------
    program                Mpps       ns          min-max  Mpps    ns    min-max  wall ns  simulated cycles  linux/interpreter
    ------------------  -------  -------  ---------------  ----  ----  ---------  -------  ----------------  -----------------
    empty (harness)        12.5     80.0        79.0-82.0   111   9.0   8.0-11.0      9.0              12.0                  -
    one-byte (harness)     11.1     90.0        89.0-92.0  10.0   100   99.0-102      100                 -                  -
    drop                  0.667    1,500      1,499-1,502  81.0  12.3  11.3-14.3     21.0              24.5               122x
    a<b|c               0.00810  123,456  123,455-123,458     -     -          -        -               300                  -

    ns is per packet, as the backend measures it; Mpps is million packets per second at the median.
    Row empty (r0 = 2; exit) shows what measuring costs: interpreter 80.0 ns, linux 9.0 ns. Nothing is subtracted.
    Row one-byte (it changes the first byte of its packet) shows what it costs where packets are changed: interpreter 90.0 ns, linux 100 ns. Nothing is subtracted.
    wall ns, where shown, is the whole call on the clock of this process.
    a/b is how many times faster a is than b: the median over rounds that measured both.
    linux (one-byte): fed.
    linux (drop): kernel time.
    linux (a<b|c): failed: no such helper.
    "
  `);
});

describe('a failure', () => {
  function legendOf(note: string): string | undefined {
    const results = [row('drop', 'linux', 0, { ...FAILED, note })];
    return formatText({ ...REPORT, harness: [], results, ratios: [] })
      .split('\n')
      .find((line) => line.startsWith('linux'));
  }

  test('is told on one line, its message not taken apart', () => {
    const log = 'failed: drop: rejected (EACCES)\n  ; a = b; c = d; @ a.c:4\n  3: (bf) r1 = r2\n';
    expect(legendOf(log)).toBe(
      'linux: failed: drop: rejected (EACCES) | ; a = b; c = d; @ a.c:4 | 3: (bf) r1 = r2.',
    );
  });

  test('of any length is shortened', () => {
    expect(legendOf('no '.repeat(1000))).toMatch(/^linux: (no ){99}\.\.\.$/);
  });

  test('is what the caller learns of, unless the backend just lacks something', () => {
    const results = [
      row('a', 'linux', 1),
      row('b', 'linux', 0, { ...FAILED, failure: 'KERNEL_VERIFIER' }),
      row('c', 'linux', 0, { ...FAILED, failure: 'UNSUPPORTED_FEATURE' }),
    ];
    expect(failedWorkloads({ ...REPORT, results }).map(({ workload }) => workload)).toEqual(['b']);
  });
});

test('nothing in it moves a cursor or sets a colour', () => {
  expect(formatText(REPORT)).toMatch(/^[\n\x20-\x7e]*$/);
});

describe('Markdown', () => {
  const lines = formatMarkdown(REPORT, 'bench.svg').split('\n');
  const table = lines.filter((line) => line.startsWith('|'));

  test('every line of the table has the same number of cells', () => {
    const cells = table.map((line) => line.replaceAll('\\|', '').split('|').length);
    expect(new Set(cells).size).toBe(1);
    expect(table).toHaveLength(2 + 4);
  });

  test('shows the chart', () => {
    expect(lines.join('\n')).toContain('](bench.svg)');
  });
});

describe('chart', () => {
  const svg = formatChart(REPORT);

  test('a bar per measured figure; none for what failed or is simulated', () => {
    const swatches = 2;
    expect(svg.match(/<rect /g)).toHaveLength(swatches + 3);
    expect(svg).not.toContain('nic');
  });

  test('names are escaped', () => {
    expect(svg).toContain('a&lt;b|c');
  });

  test('faster is longer, on an axis of whole decades', () => {
    const widths = [...svg.matchAll(/width="([\d.]+)" height="12" fill="#[0-9a-f]+"\/><text/g)].map(
      ([, width]) => Number(width),
    );
    const bars = widths.filter((width) => width !== 12);
    expect(bars).toHaveLength(3);
    expect(bars[1]).toBeGreaterThan(bars[0] ?? 0);
    expect(bars[0]).toBeGreaterThan(bars[2] ?? 0);
    expect(svg).toContain('>0.001<');
    expect(svg).toContain('>100<');
  });

  test('an empty report is an empty chart', () => {
    expect(formatChart({ ...REPORT, results: [] })).toContain('</svg>');
  });
});

test.each([
  [0.000123, '0.000123', '0.0', '0.000123x'],
  [0.0456, '0.0456', '0.0', '0.0456x'],
  [1, '1.00', '1.0', '1.00x'],
  [12.34, '12.3', '12.3', '12.3x'],
  [99.96, '100.0', '100.0', '100.0x'],
  [1234.5, '1,235', '1,235', '1,235x'],
  [Number.NaN, '-', '-', '-'],
])('%d as rate, amount and ratio', (value, rate, size, ratio) => {
  expect([significant(value), amount(value), times(value)]).toEqual([rate, size, ratio]);
});

describe('writeReport', () => {
  let folder = '';
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('writes JSON, Markdown and chart into a new folder', async () => {
    folder = await mkdtemp(join(tmpdir(), 'anybpf-bench-'));
    const target = join(folder, 'a', 'b');
    const files = await writeReport(REPORT, target);
    expect(files).toEqual(
      ['bench.json', 'bench.md', 'bench.svg'].map((name) => join(target, name)),
    );
    expect(JSON.parse(await readFile(join(target, 'bench.json'), 'utf8'))).toEqual(REPORT);
  });
});
