import { LinkError, type MapSpec, mapSpec } from '@anybpf/bytecode';
import { UnsupportedFeatureError } from '@anybpf/runtime';
import { expect, it } from 'vitest';
import { KernelRefusedError, VerifierRejectionError } from '../../src/index.ts';
import { backend, describeLinux, frame, link, load, openDescriptors, u32 } from '../support.ts';

const BPF_TAIL_CALL = 12;

const hash = mapSpec({ name: 'h', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 4 });

describeLinux('verifier rejections', () => {
  const table: readonly (readonly [string, string, RegExp])[] = [
    ['uninitialised r0', 'exit', /R0 !read_ok/],
    [
      'packet access without a check',
      'r2 = *(u32 *)(r1 + 0)\nr0 = *(u8 *)(r2 + 0)\nexit',
      /invalid access to packet.*\n.*R2 offset is outside of the packet/,
    ],
    [
      'stack out of bounds',
      'r1 = 0\n*(u64 *)(r10 - 520) = r1\nr0 = 0\nexit',
      /invalid write to stack/,
    ],
    ['unknown helper', 'call 9999\nexit', /invalid func/],
    [
      'null map value',
      'r1 = map_by_idx(0x0)\nr2 = r10\nr2 += -4\nr3 = 0\n*(u32 *)(r2 + 0) = r3\ncall 1\nr0 = *(u64 *)(r0 + 0)\nexit',
      /R0 invalid mem access 'map_value_or_null'/,
    ],
  ];

  it.each(table)('%s', async (_, text, reason) => {
    const attempt = load(link(text, { name: 'bad', maps: [hash] }));
    await expect(attempt).rejects.toThrow(VerifierRejectionError);
    const error: unknown = await attempt.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'KERNEL_VERIFIER',
      program: 'bad',
      errno: expect.stringMatching(/^E/),
    });
    if (!(error instanceof VerifierRejectionError)) return;
    expect(error.message).toMatch(reason);
    expect(error.message).not.toMatch(/processed \d+ insns/);
    expect(error.log).toMatch(/processed \d+ insns/);
  });

  it('keeps a log that is far longer than the first buffer', async () => {
    const line = 'r0 += 1\n';
    const attempt = load(link(`r0 = 0\n${line.repeat(4000)}r0 = *(u64 *)(r9 + 0)\nexit`));
    const error: unknown = await attempt.catch((thrown: unknown) => thrown);
    const log = error instanceof VerifierRejectionError ? error.log : '';
    expect(log.length).toBeGreaterThan(64 << 10);
    expect(log).toMatch(/^0: \(b7\) r0 = 0/m);
    expect(log).toMatch(/R9 !read_ok\nprocessed 4002 insns/);
  });
});

describeLinux('what the kernel refuses', () => {
  const maps: readonly (readonly [string, Partial<MapSpec>])[] = [
    ['a hash without a key', { keySize: 0 }],
    ['no entries', { maxEntries: 0 }],
    ['unknown flags', { flags: 1 << 30 }],
    ['an LPM trie without BPF_F_NO_PREALLOC', { type: 'lpm_trie', keySize: 8 }],
    ['a map of maps without a template', { type: 'hash_of_maps', valueSize: 4 }],
    [
      'a map of maps with a template that is none',
      { type: 'hash_of_maps', valueSize: 4, inner: { ...hash, keySize: 0 } },
    ],
  ];
  it.each(maps)('map: %s', async (_, changes) => {
    const attempt = load(link('r0 = 0\nexit', { maps: [{ ...hash, ...changes }] }));
    await expect(attempt).rejects.toThrow(KernelRefusedError);
    await expect(attempt).rejects.toThrow(/map h/);
  });

  it('a map name of any length and alphabet is made into one that the kernel takes', async () => {
    const name = 'größe/of a very long map name';
    const object = await load(link('r0 = 0\nexit', { maps: [{ ...hash, name }] }));
    expect([...object.maps.keys()]).toEqual([name]);
  });
});

describeLinux('what the backend refuses', () => {
  it('unverified objects', async () => {
    const forged = { linked: link('r0 = 0\nexit'), verification: {} };
    await expect(backend.load(forged as never)).rejects.toThrow(UnsupportedFeatureError);
  });

  it('big-endian objects', async () => {
    await expect(load({ ...link('r0 = 0\nexit'), endianness: 'big' })).rejects.toThrow(
      UnsupportedFeatureError,
    );
  });

  it('unresolved CO-RE relocations', async () => {
    const linked = link('r0 = 0\nexit');
    const programs = linked.programs.map((program) => ({
      ...program,
      unresolvedCoreRelocations: 2,
    }));
    await expect(load({ ...linked, programs })).rejects.toThrow(/CO-RE .* program has 2/);
  });

  it('programs that are not there', async () => {
    await expect(load(link('r0 = 0\nexit'), { programs: ['nope'] })).rejects.toThrow(LinkError);
  });
});

describeLinux('programs', () => {
  const two = {
    ...link('r0 = 1\nexit', { name: 'one' }),
    programs: [
      ...link('r0 = 1\nexit', { name: 'one' }).programs,
      ...link('r0 = 2\nexit', { name: 'two' }).programs.map((p) => ({ ...p, optional: true })),
    ],
  };

  it('optional ones are loaded on request', async () => {
    expect([...(await load(two)).programs.keys()]).toEqual(['one']);
    expect([...(await load(two, { programs: ['two'] })).programs.keys()]).toEqual(['two']);
  });

  it('a type that nobody says is the default', async () => {
    const linked = link('r0 = 0\nexit');
    const untyped = { ...linked, programs: linked.programs.map((p) => ({ ...p, type: null })) };
    expect((await load(untyped)).programs.get('program')?.type).toBe('socket_filter');
    const xdp = await load(untyped, { defaultProgramType: 'xdp' });
    expect(xdp.programs.get('program')?.type).toBe('xdp');
  });

  it('tail calls go through initial slots and setReference', async () => {
    const jumps = mapSpec({
      name: 'jumps',
      type: 'prog_array',
      keySize: 4,
      valueSize: 4,
      maxEntries: 4,
      initialSlots: [{ index: 1, symbol: 'leaf' }],
    });
    const caller = (index: number) =>
      link(`r2 = map_by_idx(0x0)\nr3 = ${index}\ncall ${BPF_TAIL_CALL}\nr0 = 77\nexit`, {
        name: `call${index}`,
        maps: [jumps],
      });
    const leaf = link('r0 = 5\nexit', { name: 'leaf', maps: [jumps] });
    const object = await load({
      ...leaf,
      programs: [caller(1), caller(2), leaf].flatMap(({ programs }) => programs),
    });
    const run = (name: string) => object.programs.get(name)?.run({ packet: frame() }).verdict;
    const map = object.maps.get('jumps');
    expect([run('call1'), run('call2')]).toEqual([5, 77]);
    const target = object.programs.get('leaf');
    if (target !== undefined) map?.setReference(u32(2), target);
    expect(run('call2')).toBe(5);
    expect(map?.get(u32(2))).toHaveLength(4);
    expect(map?.delete(u32(1))).toBe(true);
    expect(run('call1')).toBe(77);
  });
});

describeLinux('file descriptors', () => {
  const inner = mapSpec({ name: 'i', type: 'array', keySize: 4, valueSize: 4, maxEntries: 1 });
  const outer = mapSpec({ ...inner, name: 'o', type: 'array_of_maps', inner });
  const ring = mapSpec({ name: 'r', type: 'ringbuf', maxEntries: 4096 });

  it.each([
    ['a good object', 'r0 = 0\nexit', [hash, outer, ring]],
    ['a rejected program', 'exit', [hash, outer, ring]],
    [
      'a refused map after good ones',
      'r0 = 0\nexit',
      [hash, outer, { ...hash, name: 'x', keySize: 0 }],
    ],
    [
      'an unknown symbol in a map of maps',
      'r0 = 0\nexit',
      [{ ...outer, initialSlots: [{ index: 0, symbol: 'nope' }] }],
    ],
  ])('%s leaves none open', async (_, text, maps) => {
    const linked = link(text, { maps });
    const use = async (): Promise<void> => {
      const object = await load(linked).catch(() => null);
      object?.maps.get('r')?.drain();
      for (const program of object?.programs.values() ?? []) {
        program.runBatch(
          {
            count: 2,
            data: frame(128, 1),
            offsets: Uint32Array.of(0, 1),
            lengths: Uint32Array.of(64, 65),
            arrivals: null,
          },
          { repeat: 2 },
        );
      }
      await object?.close();
      await object?.close();
    };
    await use();
    const before = openDescriptors();
    for (let i = 0; i < 5; i++) await use();
    expect(openDescriptors()).toBe(before);
  });
});
