import {
  AnyBpfError,
  assemble,
  decode,
  type InstructionStream,
  linkCode,
  trustWithoutVerification,
} from '@anybpf/bytecode';
import type { Backend, Cost } from '@anybpf/runtime';
import type { ConformanceTest } from './data-file.ts';
import { runFunction } from './harness.ts';

export interface TestResult {
  readonly test: string;
  readonly status: 'pass' | 'fail' | 'skip';
  /** r0 in hex, or `error`. */
  readonly expected?: string;
  readonly actual?: string;
  /** Why it failed without a value, or why the backend cannot express it. */
  readonly reason?: string;
  readonly cost?: Cost;
}

export interface BackendResults {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly results: readonly TestResult[];
}

/** The shape that `anybpf conformance --json` prints. */
export interface ConformanceReport {
  readonly suite: string;
  readonly backends: Readonly<Record<string, BackendResults>>;
}

/**
 * Errors that mean "this machine does not express the program", and so a skip: the backend declares
 * the lack, or the kernel's verifier, which nobody can switch off, refuses the code.
 */
const INEXPRESSIBLE = new Set(['UNSUPPORTED_FEATURE', 'KERNEL_VERIFIER']);

/** Runs every test on every backend, one after another. */
export async function runSuite(
  suite: string,
  tests: readonly ConformanceTest[],
  backends: readonly Backend[],
  onResult?: (backend: string, result: TestResult) => void,
): Promise<ConformanceReport> {
  const reports: Record<string, BackendResults> = {};
  for (const backend of backends) {
    const results: TestResult[] = [];
    for (const test of tests) {
      const result = await runTest(backend, test);
      results.push(result);
      onResult?.(backend.name, result);
    }
    const count = (status: TestResult['status']): number =>
      results.filter((result) => result.status === status).length;
    reports[backend.name] = {
      passed: count('pass'),
      failed: count('fail'),
      skipped: count('skip'),
      results,
    };
  }
  return { suite, backends: reports };
}

export async function runTest(backend: Backend, test: ConformanceTest): Promise<TestResult> {
  const wantsError = test.expected.kind === 'error';
  const expected = test.expected.kind === 'error' ? 'error' : hex(test.expected.value);
  let code: InstructionStream;
  try {
    code = codeOf(test);
  } catch (error) {
    // Not the backend's answer: a vector that does not assemble fails even where an error is wanted.
    if (!(error instanceof AnyBpfError)) throw error;
    return { test: test.name, status: 'fail', expected, actual: 'error', reason: oneLine(error) };
  }
  try {
    const { r0, cost } = await execute(backend, test, code);
    const actual = hex(r0);
    return {
      test: test.name,
      status: actual === expected ? 'pass' : 'fail',
      expected,
      actual,
      cost,
    };
  } catch (error) {
    if (!(error instanceof AnyBpfError)) throw error;
    const inexpressible = INEXPRESSIBLE.has(error.code);
    const status = wantsError ? 'pass' : inexpressible ? 'skip' : 'fail';
    return { test: test.name, status, expected, actual: 'error', reason: oneLine(error) };
  }
}

async function execute(
  backend: Backend,
  test: ConformanceTest,
  code: InstructionStream,
): Promise<{ r0: bigint; cost: Cost }> {
  if (test.programType === null) return runFunction(backend, code, test.memory);
  const linked = linkCode(code, { name: 'conformance', type: test.programType, license: 'GPL' });
  const object = trustWithoutVerification(linked, 'conformance vector');
  await using loaded = await backend.load(object);
  const program = loaded.programs.get('conformance');
  if (program === undefined) throw new TypeError(`backend ${backend.name} loaded no program`);
  const { verdict, cost } = program.run(test.packet === null ? {} : { packet: test.packet });
  return { r0: BigInt(verdict), cost };
}

function codeOf(test: ConformanceTest): InstructionStream {
  const raw = test.raw === null ? null : decode(test.raw);
  if (test.asm === null) {
    if (raw === null) throw new TypeError(`${test.name} has no code`);
    return raw;
  }
  const code = assemble(test.asm);
  if (raw !== null && !equalBytes(raw.bytes, code.bytes)) {
    throw new TypeError(`${test.name}: "asm" does not assemble to "raw"`);
  }
  return code;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function oneLine(error: Error): string {
  return error.message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('; ');
}
