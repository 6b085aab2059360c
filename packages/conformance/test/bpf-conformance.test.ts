import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSuite, runSuite } from '../src/index.ts';
import { interpreter, kernel } from './backends.ts';

const folder = join(process.env['ANYBPF_SUITES'] ?? '', 'bpf_conformance');
const present = process.env['ANYBPF_SUITES'] !== undefined && existsSync(folder);
const ABSENT = 'outside suite bpf_conformance: ANYBPF_SUITES does not name a folder that has it';

describe('bpf_conformance', { timeout: 60_000 }, () => {
  test('interpreter: every file passes', async ({ skip }) => {
    if (!present) return skip(ABSENT);
    const tests = await readSuite(folder);
    const { backends } = await runSuite('bpf_conformance', tests, [interpreter]);
    const results = backends['interpreter']?.results ?? [];
    expect(results.filter(({ status }) => status !== 'pass')).toEqual([]);
    expect(results.length).toBe(313);
  });

  test('linux: at least 300 pass, none fails, and both agree', async ({ skip }) => {
    if (!present) return skip(ABSENT);
    if (kernel.backend === null) return skip(kernel.reason);
    const tests = await readSuite(folder);
    const report = await runSuite('bpf_conformance', tests, [interpreter, kernel.backend]);
    const linux = report.backends['linux'];
    const other = new Map(report.backends['interpreter']?.results.map((row) => [row.test, row]));
    expect(linux?.results.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(linux?.passed).toBeGreaterThanOrEqual(300);
    for (const row of linux?.results ?? []) {
      if (row.status === 'skip') expect(row.reason).not.toBe('');
      else expect(row.actual).toBe(other.get(row.test)?.actual);
    }
  });
});
