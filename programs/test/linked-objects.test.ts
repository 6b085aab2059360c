import { readFileSync } from 'node:fs';
import { linkObject, linkObjects, parseObject, trustWithoutVerification } from '@anybpf/bytecode';
import { describe, expect, test } from 'vitest';
import { backends } from './backends.ts';

const FOLDER = new URL('../../packages/bytecode/test/fixtures/linked/', import.meta.url);

/** Three objects that need one another, as one. */
const spec = linkObjects(
  ['main', 'flows', 'library'].map((name) =>
    parseObject(new Uint8Array(readFileSync(new URL(`${name}.bpfel.o`, FOLDER)))),
  ),
);

describe.each(backends)('objects linked statically, $name', (backend) => {
  test('programs share maps and variables of all objects', async (context) => {
    const status = await backend.probe();
    if (!status.available) context.skip(`backend ${backend.name}: ${status.reason}`);
    const linked = linkObject(spec, {
      programs: ['first', 'third'],
      kconfig: { CONFIG_HZ: '250', CONFIG_BPF: 'y' },
    });
    await using loaded = await backend.load(trustWithoutVerification(linked, 'test of linking'));
    const run = (name: string) => loaded.programs.get(name)?.run({ packet: new Uint8Array(64) });
    // No such flow: XDP_DROP. Then flows.c counts it: packets, and `mode` of flows.c, not of main.c.
    expect(['first', 'third', 'third'].map((name) => run(name)?.verdict)).toEqual([1, 2, 3]);

    const data = loaded.maps.get('.data')?.get(new Uint8Array(4));
    const words = new Uint32Array(data?.slice().buffer ?? new ArrayBuffer(0));
    const variables = spec.maps.find(({ name }) => name === '.data')?.globals?.variables ?? [];
    // `calls` of main.c was not reached, that of flows.c counted 2 for each call of its `helper`.
    expect(variables.map(({ name, offset }) => [name, words[offset / 4]])).toEqual([
      ['calls', 11],
      ['seen', 3],
      ['mode', 2],
      ['calls', 28],
    ]);
  });
});
