import { assemble, linkCode, mapSpec, trustWithoutVerification } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import {
  ClosedError,
  createInterpreter,
  createStepper,
  type LoadedObject,
  type LoadOptions,
  UnsupportedFeatureError,
} from '../../src/index.ts';
import { loadText, u32, u64 } from './load-text.ts';

type Linked = ReturnType<typeof linkCode>;

function load(linked: Linked, options?: LoadOptions): Promise<LoadedObject> {
  return createInterpreter().load(trustWithoutVerification(linked, 'test'), options);
}

const pass = (name: string): Linked => linkCode(assemble('r0 = 2\nexit'), { name, type: 'xdp' });

it('is always available', async () => {
  expect(await createInterpreter().probe()).toMatchObject({ available: true });
});

describe('what is refused at load', () => {
  const array = mapSpec({ name: 'array', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 });
  it.each<[string, () => Linked, string]>([
    ['big-endian objects', () => ({ ...pass('a'), endianness: 'big' }), 'big-endian objects'],
    [
      'unresolved CO-RE relocations',
      () => {
        const linked = pass('a');
        const programs = linked.programs.map((p) => ({ ...p, unresolvedCoreRelocations: 3 }));
        return { ...linked, programs };
      },
      '3 unresolved CO-RE relocations (program a)',
    ],
    [
      'a helper that is not implemented',
      () => linkCode(assemble('call 85\nexit'), { name: 'a', type: 'sched_cls' }),
      'helper 85 (bpf_sk_lookup_udp) (program a, instruction 0)',
    ],
    [
      'a helper of other program types',
      () => linkCode(assemble('r0 = 0\ncall 44\nexit'), { name: 'a', type: 'sched_cls' }),
      'helper 44 (bpf_xdp_adjust_head) in programs of type sched_cls (program a, instruction 1)',
    ],
    [
      'kernel functions',
      () => linkCode(assemble('call kfunc(0x7, 0x0)\nexit'), { name: 'a', type: 'xdp' }),
      'kernel functions (BTF id 7) (program a, instruction 0)',
    ],
    [
      'a program type that it does not run',
      () => ({ ...linkCode(assemble('r0 = 0\nexit'), { name: 'a', type: 'struct_ops' }) }),
      'program type struct_ops (program a)',
    ],
    [
      'a map type that the runtime lacks',
      () => ({ ...pass('a'), maps: [{ ...array, type: 'arena' }] }),
      'map type arena (map array)',
    ],
  ])('%s', async (_what, linked, message) => {
    const error = await load(linked()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnsupportedFeatureError);
    expect(String(error)).toContain(message);
  });

  it('an object that nobody let pass', async () => {
    const unverified = { linked: pass('a') } as unknown as Parameters<
      ReturnType<typeof createInterpreter>['load']
    >[0];
    await expect(createInterpreter().load(unverified)).rejects.toThrow(UnsupportedFeatureError);
  });
});

describe('selection of programs', () => {
  const both: Linked = {
    ...pass('a'),
    programs: [
      ...pass('a').programs,
      ...pass('b').programs.map((program) => ({ ...program, optional: true })),
    ],
  };
  it.each<[LoadOptions | undefined, string[]]>([
    [undefined, ['a']],
    [{ programs: ['b'] }, ['b']],
    [{ programs: ['a', 'b'] }, ['a', 'b']],
  ])('%j', async (options, names) => {
    expect([...(await load(both, options)).programs.keys()]).toEqual(names);
  });

  it('names a program that is not there', async () => {
    await expect(load(both, { programs: ['c'] })).rejects.toThrow('no program c');
  });

  it('gives programs without a type the default', async () => {
    const linked = linkCode(assemble('r0 = 0\nexit'), { name: 'a' });
    expect((await load(linked)).programs.get('a')?.type).toBe('socket_filter');
    const options = { defaultProgramType: 'xdp' } as const;
    expect((await load(linked, options)).programs.get('a')?.type).toBe('xdp');
  });
});

describe('static initialisers', () => {
  const inner = mapSpec({ name: 'inner', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 });
  const outer = {
    ...mapSpec({ name: 'outer', type: 'array_of_maps', keySize: 4, valueSize: 4, maxEntries: 2 }),
    inner,
    initialSlots: [{ index: 1, symbol: 'inner' }],
  };
  const programs = {
    ...mapSpec({ name: 'programs', type: 'prog_array', keySize: 4, valueSize: 4, maxEntries: 2 }),
    initialSlots: [{ index: 0, symbol: 'next' }],
  };
  const main = `
    r6 = r1
    r1 = map_by_idx(0)
    r2 = r10
    r2 += -4
    *(u32 *)(r10 - 4) = 1
    call 1
    r1 = r0
    r2 = r10
    r2 += -8
    *(u32 *)(r10 - 8) = 0
    call 1
    r7 = *(u64 *)(r0 + 0)
    r1 = r6
    r2 = map_by_idx(2)
    r3 = 0
    call 12
    r0 = 0
    exit`;

  it('fill maps of maps and program arrays, and load the programs they name', async () => {
    const linked = linkCode(assemble(main), {
      name: 'main',
      type: 'xdp',
      maps: [outer, inner, programs],
    });
    const next = linkCode(assemble('r0 = 9\nexit'), { name: 'next', type: 'xdp' }).programs;
    const object = await load({
      ...linked,
      programs: [...linked.programs, ...next.map((p) => ({ ...p, optional: true }))],
    });
    object.maps.get('inner')?.set(u32(0), u64(3n));
    expect(object.programs.get('main')?.run({ packet: new Uint8Array(64) }).verdict).toBe(9);
  });

  it('that name nothing are a LinkError', async () => {
    const linked = linkCode(assemble('r0 = 0\nexit'), { type: 'xdp', maps: [programs] });
    await expect(load(linked)).rejects.toThrow('map programs is initialised with next');
  });
});

describe('global data', () => {
  it('is there at load, read-only where it is', async () => {
    const data = {
      ...mapSpec({
        name: '.rodata',
        type: 'array',
        keySize: 4,
        valueSize: 8,
        maxEntries: 1,
        flags: 0x80,
      }),
    };
    const globals = { section: '.rodata', data: u64(77n), readonly: true, variables: [] };
    const { program } = await loadText(
      'r1 = map_val(map_by_idx(0)) + 0\nr0 = *(u64 *)(r1 + 0)\nexit',
      {
        maps: [{ ...data, globals }],
      },
    );
    expect(program.run({}).verdict).toBe(77);
    const writing = await loadText(
      'r1 = map_val(map_by_idx(0)) + 0\n*(u64 *)(r1 + 0) = 1\nr0 = 0\nexit',
      {
        maps: [{ ...data, globals }],
      },
    );
    expect(() => writing.program.run({})).toThrow('read-only');
  });
});

describe('close', () => {
  it('ends programs and maps, and may be called again', async () => {
    const maps = [mapSpec({ name: 'm', type: 'hash', keySize: 4, valueSize: 4, maxEntries: 1 })];
    const object = await load(linkCode(assemble('r0 = 2\nexit'), { name: 'a', type: 'xdp', maps }));
    const program = object.programs.get('a');
    await object.close();
    await object.close();
    expect(() => program?.run({ packet: new Uint8Array(64) })).toThrow(ClosedError);
    expect(() => object.maps.get('m')?.get(u32(0))).toThrow(ClosedError);
  });

  it('makes room: thousands of objects can be loaded one after another', async () => {
    const maps = Array.from({ length: 10 }, (_, i) =>
      mapSpec({ name: `m${i}`, type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 }),
    );
    const linked = linkCode(assemble('r0 = 2\nexit'), { name: 'a', type: 'xdp', maps });
    const backend = createInterpreter();
    for (let i = 0; i < 600; i++) {
      await using object = await backend.load(trustWithoutVerification(linked, 'test'));
      expect(object.maps.size).toBe(10);
    }
  });
});

describe('one run at a time', () => {
  it('a stepper holds the interpreter until it is closed', async () => {
    const { program } = await loadText('r0 = 1\nexit');
    const stepper = createStepper(program);
    expect(() => program.run({})).toThrow(UnsupportedFeatureError);
    stepper.close();
    stepper.close();
    expect(program.run({}).verdict).toBe(1);
    expect(() => stepper.step()).toThrow(ClosedError);
  });
});

describe('options', () => {
  it.each([{ cpus: 0 }, { cpus: 1, cpu: 1 }, { instructionBudget: 0 }, { cpus: 1.5 }])(
    '%j',
    (options) => {
      expect(() => createInterpreter(options)).toThrow(RangeError);
    },
  );
});

it('a type without packets says so when it is given one', async () => {
  const { program } = await loadText('r0 = 0\nexit', { type: 'kprobe' });
  expect(() => program.run({ packet: new Uint8Array(74) })).toThrow(
    'main: a packet of 74 bytes was given to a program type that takes a context and no packet',
  );
});
