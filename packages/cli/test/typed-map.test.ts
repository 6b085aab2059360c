import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as bpf from '../src/index.ts';

interface Flow {
  readonly source: { readonly word: readonly number[] };
  readonly destination: { readonly word: readonly number[] };
  readonly ports: { readonly source: number; readonly destination: number };
  readonly protocol: number;
  readonly zero: ArrayLike<number>;
}

interface Rule {
  action: number;
  unused: number;
  packets: bigint;
  bytes: bigint;
}

interface Counter {
  packets: bigint;
  bytes: bigint;
}

const DNS: Flow = {
  source: { word: [0, 0, 0, 0] },
  destination: { word: [0, 0, 0xffff, 0xc0a80001] },
  ports: { source: 0, destination: 53 },
  protocol: 17,
  zero: [0, 0, 0],
};

async function load(name: string): Promise<{ loaded: bpf.LoadedObject; btf: bpf.Btf | null }> {
  const spec = bpf.parseObject(await readFile(`programs/${name}/${name}.bpf.o`));
  const object = bpf.trustWithoutVerification(bpf.linkObject(spec), 'unit test');
  return { loaded: await bpf.createInterpreter().load(object), btf: spec.btf };
}

function mapOf(loaded: bpf.LoadedObject, name: string): bpf.BpfMap {
  const map = loaded.maps.get(name);
  if (map === undefined) throw new Error(`there is no map ${name}`);
  return map;
}

test('rules and counters of the firewall, as objects', async () => {
  const { loaded, btf } = await load('firewall');
  await using _closing = loaded;
  const rules = bpf.typedMap<Flow, Rule>(mapOf(loaded, 'rules'), btf);
  const outcomes = bpf.typedMap<number, Counter[]>(mapOf(loaded, 'outcomes'), btf);
  const packet = bpf.frame(
    bpf.ethernet(),
    bpf.ipv4({ src: '203.0.113.7', dst: '192.168.0.1' }),
    bpf.udp({ srcPort: 4711, dstPort: 53 }),
  );
  const run = (): number => loaded.programs.get('firewall')?.run({ packet }).verdict ?? -1;

  expect(rules.get(DNS)).toBeUndefined();
  expect(bpf.verdictName('xdp', run())).toBe('XDP_DROP');

  rules.set(DNS, { action: 1, unused: 0, packets: 0n, bytes: 0n });
  expect(bpf.verdictName('xdp', run())).toBe('XDP_PASS');
  run();
  expect(rules.get(DNS)).toEqual({
    action: 1,
    unused: 0,
    packets: 2n,
    bytes: BigInt(2 * packet.length),
  });

  const total = (index: number): bigint =>
    (outcomes.get(index) ?? []).reduce((sum, { packets }) => sum + packets, 0n);
  expect([total(0), total(1)]).toEqual([1n, 2n]);
  expect(outcomes.get(0)).toHaveLength(mapOf(loaded, 'outcomes').cpus);

  const reused: Rule = { action: 0, unused: 0, packets: 0n, bytes: 0n };
  expect(rules.get(DNS, reused)).toBe(reused);
  expect(reused.packets).toBe(2n);

  expect([...rules.keys()]).toEqual([{ ...DNS, zero: new Uint8Array(3) }]);
  expect([...rules]).toEqual([[{ ...DNS, zero: new Uint8Array(3) }, reused]]);
  expect(rules.delete(DNS)).toBe(true);
  expect(rules.get(DNS)).toBeUndefined();
});

test('global variables are the members of their section', async () => {
  const { loaded, btf } = await load('firewall');
  await using _closing = loaded;
  const globals = bpf.typedMap<number, { default_action: number }>(mapOf(loaded, '.data'), btf);
  expect(globals.get(0)).toEqual({ default_action: 0 });
  globals.set(0, { default_action: 1 });
  const packet = bpf.frame(bpf.ethernet(), bpf.ipv4({}), bpf.udp({ dstPort: 9 }));
  const verdict = loaded.programs.get('firewall')?.run({ packet }).verdict ?? -1;
  expect(bpf.verdictName('xdp', verdict)).toBe('XDP_PASS');
});

test('records of a ring buffer without a type are bytes', async () => {
  const { loaded, btf } = await load('sampler');
  await using _closing = loaded;
  const ring = [...loaded.maps.values()].find(({ spec }) => spec.type === 'ringbuf');
  if (ring === undefined) throw new Error('the sampler has no ring buffer');
  const samples = bpf.typedMap<null, Uint8Array>(ring, btf);
  expect(samples.drain()).toEqual([]);
  const packet = bpf.frame(bpf.ethernet(), bpf.ipv4({}), bpf.udp({ dstPort: 9 }));
  for (let run = 0; run < 256; run++) loaded.programs.get('sampler')?.run({ packet });
  const drained = samples.drain();
  expect(drained).toHaveLength(32);
  expect(drained[0]?.subarray(24, 24 + packet.length)).toEqual(packet);
});

test('what does not fit is refused by name', async () => {
  const { loaded, btf } = await load('firewall');
  await using _closing = loaded;
  const map = mapOf(loaded, 'rules');
  const rules = bpf.typedMap<Flow, Rule>(map, btf);
  expect(() => rules.get({ ...DNS, ports: { source: 0, destination: 70_000 } })).toThrow(
    'ports.destination: 70000 is outside 0..65535',
  );
  expect(() => bpf.typedMap(map, btf, { value: 'flow' })).toThrow(bpf.MapSizeError);
  expect(() => bpf.typedMap(map, btf, { key: 'nothing' })).toThrow(bpf.UndescribableTypeError);
  const named = bpf.typedMap<Flow, Rule>(map, btf, { key: 'flow', value: 'rule' });
  expect(named.get(DNS)).toBeUndefined();
  const untyped = bpf.typedMap<Uint8Array, Uint8Array>(map, null);
  expect(untyped.get(new Uint8Array(40))).toBeUndefined();
});
