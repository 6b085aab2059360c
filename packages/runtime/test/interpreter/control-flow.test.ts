import { assemble, linkCode, mapSpec, trustWithoutVerification } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import { createInterpreter, type Program } from '../../src/index.ts';
import { evaluate, u32, u64 } from './load-text.ts';

const array = mapSpec({ name: 'array', type: 'array', keySize: 4, valueSize: 8, maxEntries: 5 });
const hash = mapSpec({ name: 'hash', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 8 });
const programs = mapSpec({
  name: 'programs',
  type: 'prog_array',
  keySize: 4,
  valueSize: 4,
  maxEntries: 3,
});

describe('bpf2bpf calls', () => {
  it('pass r1 to r5, keep r6 to r9 and r10', async () => {
    const text = `
      r6 = 6
      *(u64 *)(r10 - 8) = 100
      r1 = 1
      r2 = 2
      r3 = 3
      r4 = 4
      r5 = 5
      call f
      r0 += r6
      r1 = *(u64 *)(r10 - 8)
      r0 += r1
      exit
    f:
      r6 = 1000
      *(u64 *)(r10 - 8) = 7
      r0 = r1
      r0 += r2
      r0 += r3
      r0 += r4
      r0 += r5
      exit`;
    expect(await evaluate(text)).toBe(121n);
  });

  it('reach 8 frames', async () => {
    const functions = Array.from({ length: 7 }, (_, i) =>
      i === 6 ? `f${i}:\nr0 = 8\nexit` : `f${i}:\ncall f${i + 1}\nexit`,
    );
    expect(await evaluate(`call f0\nexit\n${functions.join('\n')}`)).toBe(8n);
  });

  it('give every frame a zero stack, and a callee its caller’s by pointer', async () => {
    const text = `
      r1 = r10
      r1 += -8
      call f
      call g
      r1 = *(u64 *)(r10 - 8)
      r0 += r1
      exit
    f:
      *(u64 *)(r1 + 0) = 5
      *(u64 *)(r10 - 16) = 9
      exit
    g:
      r0 = *(u64 *)(r10 - 16)
      exit`;
    expect(await evaluate(text)).toBe(5n);
  });
});

describe('bpf_loop', () => {
  const loop = (rounds: string, flags: number, body: string): string => `
      *(u64 *)(r10 - 8) = 0
      r6 = 77
      r1 = ${rounds}
      r2 = code_addr(cb)
      r3 = r10
      r3 += -8
      r4 = ${flags}
      call 181
      if r6 != 77 goto bad
      r1 = *(u64 *)(r10 - 8)
      r1 <<= 32
      r0 += r1
      exit
    bad:
      r0 = 0xbad
      exit
    cb:
      r6 = 0
      r3 = *(u64 *)(r2 + 0)
      r3 += r1
      *(u64 *)(r2 + 0) = r3
      ${body}
      exit`;
  it.each([
    ['10', 0, 'r0 = 0', 10n + (45n << 32n)],
    ['10', 0, 'r0 = 0\nif r1 < 3 goto +1\nr0 = 1', 4n + (6n << 32n)],
    ['0', 0, 'r0 = 0', 0n],
    ['5', 1, 'r0 = 0', BigInt.asUintN(64, -22n)],
    ['0x800001', 0, 'r0 = 0', BigInt.asUintN(64, -7n)],
  ])('%s rounds, flags %s, %s', async (rounds, flags, body, r0) => {
    expect(await evaluate(loop(rounds, flags, body))).toBe(r0);
  });
});

describe('bpf_for_each_map_elem', () => {
  const walk = (fill: string, body: string): string => `
      *(u64 *)(r10 - 8) = 0
      ${fill}
      r1 = map_by_idx(0)
      r2 = code_addr(cb)
      r3 = r10
      r3 += -8
      r4 = 0
      call 164
      r1 = *(u64 *)(r10 - 8)
      r1 <<= 32
      r0 += r1
      exit
    cb:
      r6 = *(u32 *)(r2 + 0)
      r7 = *(u64 *)(r4 + 0)
      r7 += r6
      *(u64 *)(r4 + 0) = r7
      *(u64 *)(r3 + 0) = r6
      ${body}
      exit`;
  const put = (key: number): string => `
      *(u32 *)(r10 - 12) = ${key}
      *(u64 *)(r10 - 24) = 1
      r1 = map_by_idx(0)
      r2 = r10
      r2 += -12
      r3 = r10
      r3 += -24
      r4 = 0
      call 2`;

  it('visits every index of an array', async () => {
    expect(await evaluate(walk('', 'r0 = 0'), { maps: [array] })).toBe(5n + (10n << 32n));
  });

  it('stops where the callback returns 1', async () => {
    const body = 'r0 = 0\nif r6 < 2 goto +1\nr0 = 1';
    expect(await evaluate(walk('', body), { maps: [array] })).toBe(3n + (3n << 32n));
  });

  it('visits what a hash holds, though the callback deletes', async () => {
    const text = walk([3, 5, 9].map(put).join('\n'), 'call 3\nr0 = 0');
    expect(await evaluate(text, { maps: [hash] })).toBe(3n + (17n << 32n));
  });

  it('of an empty hash calls nothing', async () => {
    expect(await evaluate(walk('', 'r0 = 0'), { maps: [hash] })).toBe(0n);
  });
});

describe('tail calls', () => {
  async function load(texts: Record<string, string>): Promise<Map<string, Program>> {
    const linked = Object.entries(texts).map(([name, text]) =>
      linkCode(assemble(text), { name, type: 'xdp', maps: [programs, array] }),
    );
    const [first] = linked;
    if (first === undefined) throw new Error('no program');
    const object = await createInterpreter().load(
      trustWithoutVerification(
        { ...first, programs: linked.flatMap((each) => each.programs) },
        'test',
      ),
    );
    for (const [index, program] of [...object.programs.values()].entries()) {
      if (program.name !== 'absent') object.maps.get('programs')?.setReference(u32(index), program);
    }
    return new Map(object.programs);
  }
  const tailCall = (index: number): string =>
    `r1 = r6\nr2 = map_by_idx(0)\nr3 = ${index}\ncall 12\n`;
  const run = (program: Program | undefined): number | undefined =>
    program?.run({ packet: new Uint8Array(64) }).verdict;

  it('replace the program; its successor gets the context', async () => {
    const loaded = await load({
      main: `r6 = r1\n${tailCall(1)}r0 = 1\nexit`,
      next: 'r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr0 = r3\nr0 -= r2\nexit',
    });
    expect(run(loaded.get('main'))).toBe(64);
  });

  it('go on behind the call for an empty slot or an index outside', async () => {
    const loaded = await load({ main: `r6 = r1\n${tailCall(2)}${tailCall(99)}r0 = 7\nexit` });
    expect(run(loaded.get('main'))).toBe(7);
  });

  it('are 33 at most', async () => {
    const loaded = await load({
      main: `
        r6 = r1
        r1 = map_val(map_by_idx(1)) + 0
        r2 = *(u64 *)(r1 + 0)
        r2 += 1
        *(u64 *)(r1 + 0) = r2
        r7 = r2
        ${tailCall(0)}
        r0 = r7
        exit`,
    });
    expect(run(loaded.get('main'))).toBe(34);
  });

  it('in a subprogram return to its caller', async () => {
    const loaded = await load({
      main: `call f\nr0 += 100\nexit\nf:\nr6 = r1\n${tailCall(1)}r0 = 1\nexit`,
      next: 'r0 = 5\nexit',
    });
    expect(run(loaded.get('main'))).toBe(105);
  });

  it('into a program of another type are a fault', async () => {
    const backend = createInterpreter();
    const other = linkCode(assemble('r0 = 0\nexit'), { name: 'other', type: 'sched_cls' });
    const main = linkCode(assemble(`r6 = r1\n${tailCall(0)}r0 = 1\nexit`), {
      name: 'main',
      type: 'xdp',
      maps: [programs],
    });
    const object = await backend.load(
      trustWithoutVerification(
        { ...main, programs: [...main.programs, ...other.programs] },
        'test',
      ),
    );
    const target = object.programs.get('other');
    if (target === undefined) throw new Error('no program other');
    object.maps.get('programs')?.setReference(u32(0), target);
    expect(() => run(object.programs.get('main'))).toThrow(/tail call .* sched_cls .* xdp/);
  });
});

describe('calls by register', () => {
  it('call the helper with that number', async () => {
    const r0 = await evaluate('r1 = 5\ncallx r1\nexit', { options: { clock: () => 2 ** 40 + 5 } });
    expect(r0).toBe(2n ** 40n + 5n);
  });
});

it('keeps what a map of one value holds between runs', async () => {
  const text =
    'r1 = map_val(map_by_idx(0)) + 0\nr0 = 1\nlock *(u64 *)(r1 + 0) += r0\nr0 = *(u64 *)(r1 + 0)\nexit';
  const linked = linkCode(assemble(text), {
    type: 'syscall',
    maps: [{ ...array, maxEntries: 1 }],
  });
  const object = await createInterpreter().load(trustWithoutVerification(linked, 'test'));
  const program = object.programs.get('main');
  object.maps.get('array')?.set(u32(0), u64(40n));
  expect(program?.run({}).verdict).toBe(41);
  expect(program?.run({}).verdict).toBe(42);
  expect(object.maps.get('array')?.get(u32(0))).toEqual(u64(42n));
});
