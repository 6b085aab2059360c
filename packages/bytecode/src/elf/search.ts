/**
 * Index of the first of `count` ascending keys that is at least `key`; `count` where none is.
 *
 * @param keyAt the key at an index
 */
export function lowerBound(count: number, keyAt: (index: number) => number, key: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyAt(middle) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
