import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, pairedRatio, spreadOf } from '../src/statistics.ts';

test.each([
  [[], Number.NaN],
  [[5], 5],
  [[9, 1, 5], 5],
  [[4, 1, 3, 2], 2.5],
  [[10, 9, 100], 10],
])('median of %o is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('the median has as many values below as above', () => {
  const values = fc.array(fc.integer(), { minLength: 1 });
  fc.assert(
    fc.property(values, (numbers) => {
      const middle = median(numbers);
      const below = numbers.filter((n) => n < middle).length;
      const above = numbers.filter((n) => n > middle).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(numbers.length / 2);
    }),
  );
});

test('spread', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3 });
  expect(spreadOf([])).toBeNull();
});

test('paired ratio: a disturbed round does not decide', () => {
  expect(pairedRatio([10, 20, 30], [5, 10, 1])).toBe(2);
});
