import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeLinux, loadMap, u32, u64 } from './support.ts';

const CHILD = fileURLToPath(new URL('./leak-child.ts', import.meta.url));

describeLinux('handles', () => {
  it('a program keeps its object; what is dropped open is warned of', async () => {
    const args = ['--expose-gc', CHILD];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
    expect(stdout.trim().split('\n')).toEqual([
      'kept: 3',
      expect.stringMatching(/^the object of left was dropped without close\(\)/),
      'end: left',
    ]);
  });

  it('a hash map is a Map that holds at most max_entries', async () => {
    const limit = 5;
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), key: fc.nat(7), value: fc.nat(1000) }),
      fc.record({ kind: fc.constant('delete' as const), key: fc.nat(7) }),
      fc.record({ kind: fc.constant('get' as const), key: fc.nat(7) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
        const map = await loadMap({ type: 'hash', maxEntries: limit });
        const model = new Map<number, number>();
        for (const step of operations) {
          const key = u32(step.key);
          if (step.kind === 'get') {
            const value = model.get(step.key);
            expect(map.get(key)).toEqual(value === undefined ? undefined : u64(value));
          } else if (step.kind === 'delete') {
            expect(map.delete(key)).toBe(model.delete(step.key));
          } else if (model.has(step.key) || model.size < limit) {
            map.set(key, u64(step.value));
            model.set(step.key, step.value);
          } else {
            expect(() => map.set(key, u64(step.value))).toThrow(/E2BIG/);
          }
        }
        const entries = [...map].map(([key, value]) => `${key}:${value}`).sort();
        expect(entries).toEqual([...model].map(([k, v]) => `${u32(k)}:${u64(v)}`).sort());
        expect([...map.keys()]).toHaveLength(model.size);
      }),
      { numRuns: 40 },
    );
  });
});
