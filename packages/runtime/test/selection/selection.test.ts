import { describe, expect, test } from 'vitest';
import {
  type Backend,
  BackendNameError,
  type BackendStatus,
  BackendUnavailableError,
  findBackend,
  NoBackendError,
  parseBackendName,
  probeAll,
  requireBackend,
  selectBackend,
} from '../../src/index.ts';

const WORKS: BackendStatus = { available: true, version: '1' };
const missing = (reason: string): BackendStatus => ({
  available: false,
  reason,
  remedy: `Fix ${reason}.`,
});

function backend(
  name: string,
  status: BackendStatus | Error,
  variants: readonly string[] = [],
): Backend & { probes: number } {
  return {
    name,
    variants,
    probes: 0,
    capabilities: { programTypes: new Set(), mapTypes: new Set(), helpers: new Set() },
    async probe() {
      this.probes++;
      if (status instanceof Error) throw status;
      return status;
    },
    load: () => Promise.reject(new Error('not under test')),
    withVariant: (variant) => backend(`${name}:${variant}`, status, variants),
  };
}

describe('parseBackendName', () => {
  test.each([
    ['linux', 'linux', null],
    ['smartnic-sim:hxdp-rtl', 'smartnic-sim', 'hxdp-rtl'],
    ['windows:native', 'windows', 'native'],
  ])('%s', (text, name, variant) => {
    expect(parseBackendName(text)).toEqual({ name, variant });
  });

  test.each(['', ':', 'linux:', ':native', 'Linux', 'a:b:c', 'linux native', '-x'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseBackendName(text)).toThrow(BackendNameError);
    },
  );
});

describe('findBackend', () => {
  const backends = [backend('a', WORKS), backend('sim', WORKS, ['fast', 'exact'])];

  test('sets the variant', () => {
    expect(findBackend(backends, 'sim:exact').name).toBe('sim:exact');
    expect(findBackend(backends, 'sim')).toBe(backends[1]);
  });

  test.each([
    ['b', ['a', 'sim']],
    ['sim:slow', ['sim:fast', 'sim:exact']],
    ['a:fast', []],
  ])('says what would have been right instead of %s', (text, known) => {
    expect(() => findBackend(backends, text)).toThrow(
      expect.objectContaining({ code: 'BACKEND_NAME', given: text, known }),
    );
  });
});

describe('selectBackend', () => {
  test('takes the first that works and asks no further', async () => {
    const a = backend('a', missing('no a'));
    const b = backend('b', WORKS);
    const c = backend('c', WORKS);
    expect(await selectBackend([a, b, c])).toBe(b);
    expect([a.probes, b.probes, c.probes]).toEqual([1, 1, 0]);
  });

  test.each([
    [['c'], 'c'],
    [['a', 'c'], 'c'],
    [['a'], 'b'],
    [[], 'b'],
    [['d:x'], 'd:x'],
  ])('preferring %o takes %s', async (prefer, expected) => {
    const backends = [
      backend('a', missing('no a')),
      backend('b', WORKS),
      backend('c', WORKS),
      backend('d', WORKS, ['x']),
    ];
    expect((await selectBackend(backends, { prefer })).name).toBe(expected);
  });

  test('where none works, the error has the reason and remedy of each', async () => {
    const error = await selectBackend([
      backend('a', missing('no a')),
      backend('b', new Error('bad probe')),
    ]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NoBackendError);
    expect(error).toBeInstanceOf(BackendUnavailableError);
    expect(error).toMatchObject({ code: 'BACKEND_UNAVAILABLE', backend: 'a, b' });
    expect((error as Error).message).toBe(
      'backend a, b is not available: a: no a; b: its probe failed: bad probe. ' +
        'a: Fix no a. b: Report it to the author of b.',
    );
  });

  test('an empty list is the same error', async () => {
    await expect(selectBackend([])).rejects.toThrow(NoBackendError);
  });

  test('an unknown preference is refused before anything is probed', async () => {
    const a = backend('a', WORKS);
    await expect(selectBackend([a], { prefer: ['z'] })).rejects.toThrow(BackendNameError);
    expect(a.probes).toBe(0);
  });
});

test('requireBackend does not fall back', async () => {
  const backends = [backend('a', missing('no a')), backend('b', WORKS)];
  expect((await requireBackend(backends, 'b')).name).toBe('b');
  await expect(requireBackend(backends, 'a')).rejects.toMatchObject({ backend: 'a' });
});

test('probeAll keeps the order and survives a throwing probe', async () => {
  const probes = await probeAll([
    backend('a', WORKS, ['x']),
    backend('b', new Error('boom')),
    backend('c', missing('no c')),
  ]);
  expect(probes.map(({ name, variants, status }) => [name, variants, status.available])).toEqual([
    ['a', ['x'], true],
    ['b', [], false],
    ['c', [], false],
  ]);
});
