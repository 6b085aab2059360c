import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Ends a test run with one plain line, `N passed, N failed, N skipped`, and names each reason for a
 * skip with its count, so that a backend that was not tested cannot go unnoticed.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    const skipped = new Map<string, number>();
    for (const module of modules) {
      if (module.state() === 'failed' && module.children.size === 0) failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        else if (state === 'failed') failed++;
        else {
          const reason = reasonOf(test);
          skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
        }
      }
    }
    const lines = [...skipped].map(([reason, count]) => `SKIPPED ${count}: ${reason}`);
    const total = [...skipped.values()].reduce((sum, count) => sum + count, 0);
    lines.push(`${passed} passed, ${failed} failed, ${total} skipped`);
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  // A suite that skips as a whole says why in its title.
  const title = /\(skipped: (.+?)\)/.exec(test.fullName)?.[1];
  return note ?? title ?? `${test.module.relativeModuleId}: ${test.fullName} gives no reason`;
}
