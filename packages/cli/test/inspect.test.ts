import { expect, test } from 'vitest';
import { anybpf } from './command-line.ts';

const FIREWALL = 'programs/firewall/firewall.bpf.o';

test('inspect --json has the documented shape', async () => {
  const { status, out } = await anybpf(['inspect', FIREWALL, '--json']);
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    object: FIREWALL,
    programs: [{ section: 'xdp', name: 'firewall', type: 'xdp', instructions: expect.any(Number) }],
    maps: expect.arrayContaining([
      { name: 'rules', type: 'hash', keySize: 40, valueSize: 24, maxEntries: 1024, flags: 0 },
    ]),
    globals: [
      {
        map: '.data',
        section: '.data',
        size: 4,
        readonly: false,
        variables: [{ name: 'default_action', offset: 0, size: 4 }],
      },
    ],
    btf: { types: expect.any(Number) },
    coreRelocations: 0,
  });
});

test('a directory gives one document per object below it, in order of name', async () => {
  const { status, out } = await anybpf(['inspect', 'programs', '--json']);
  const { objects } = JSON.parse(out) as { objects: { object: string }[] };
  expect(status).toBe(0);
  expect(objects).toHaveLength(10);
  expect(objects.map(({ object }) => object)).toEqual(objects.map(({ object }) => object).sort());
});

test('for people: one table per kind of thing', async () => {
  const { out } = await anybpf(['inspect', FIREWALL]);
  expect(out).toMatch(/^ {2}firewall +xdp +xdp +\d+$/m);
  expect(out).toMatch(/^ {2}rules +hash +40 +24 +1024 +0x0$/m);
});
