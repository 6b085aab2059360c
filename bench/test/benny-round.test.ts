import { expect, test, vi } from 'vitest';
import { runRound } from '../src/measure/benny-round.ts';

test('calls and times each case once, in order', async () => {
  const calls: string[] = [];
  const spin = (name: string, ms: number) => ({
    name,
    run: () => {
      calls.push(name);
      const end = performance.now() + ms;
      while (performance.now() < end);
      return ms;
    },
  });
  const seconds = await runRound('round', [spin('a', 2), spin('b', 1)]);
  expect(calls.join('')).toBe('ab');
  expect(seconds).toHaveLength(2);
  // A busy machine may only make them longer.
  expect(seconds[0]).toBeGreaterThanOrEqual(0.002);
  expect(seconds[1]).toBeGreaterThanOrEqual(0.001);
});

test('writes nothing to stdout and gives the console back', async () => {
  const log = vi.spyOn(globalThis.console, 'log').mockImplementation(() => {});
  await runRound('round', [{ name: 'a', run: () => 1 }]);
  expect(log).not.toHaveBeenCalled();
  expect(Reflect.get(globalThis.console, 'log')).toBe(log);
  log.mockRestore();
});
