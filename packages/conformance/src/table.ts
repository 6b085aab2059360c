import type { ConformanceReport, TestResult } from './run-suite.ts';

/** The report for a terminal: a line per backend, each failure, and skips grouped by reason. */
export function formatReport(report: ConformanceReport): string {
  const lines: string[] = [`suite ${report.suite}`];
  const width = Math.max(...Object.keys(report.backends).map((name) => name.length), 0);
  for (const [name, { passed, failed, skipped, results }] of Object.entries(report.backends)) {
    lines.push(
      `${name.padEnd(width)}  ${passed} of ${results.length} passed, ${failed} failed, ${skipped} skipped`,
    );
    for (const result of results) {
      if (result.status === 'fail') lines.push(`  FAIL ${describeFailure(result)}`);
    }
    for (const result of results) {
      if (result.status === 'skip') lines.push(`  skip ${result.test}: ${result.reason ?? ''}`);
    }
  }
  return lines.join('\n');
}

function describeFailure({ test, expected, actual, reason }: TestResult): string {
  return `${test}: expected ${expected}, got ${actual}${reason === undefined ? '' : ` (${reason})`}`;
}
