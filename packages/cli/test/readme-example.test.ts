import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as bpf from '../src/index.ts';

test('the firewall drops telnet from an unknown host, and counts it', async () => {
  const linked = bpf.linkObject(
    bpf.parseObject(await readFile('programs/firewall/firewall.bpf.o')),
  );
  const object = bpf.trustWithoutVerification(linked, 'unit test');
  await using loaded = await bpf.createInterpreter().load(object);

  const packet = bpf.frame(
    bpf.ethernet(),
    bpf.ipv4({ src: '203.0.113.7' }),
    bpf.tcp({ dstPort: 23 }),
  );
  const result = loaded.programs.get('firewall')?.run({ packet });

  expect(bpf.verdictName('xdp', result?.verdict ?? -1)).toBe('XDP_DROP');
  expect(loaded.maps.get('outcomes')?.get(new Uint8Array(4))?.[0]).toBe(1);
});
