import { mapSpec } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import { IMPLEMENTED_HELPERS } from '../../src/helpers/registry.ts';
import { createInterpreter } from '../../src/index.ts';
import { evaluate, finalR0, loadText } from '../interpreter/load-text.ts';

const errno = (number: number): bigint => BigInt.asUintN(64, BigInt(-number));

describe('time', () => {
  const options = { clock: () => 8_000_000_004 };
  it.each([
    ['ktime_get_ns', 5, 8_000_000_004n],
    ['ktime_get_boot_ns', 125, 8_000_000_004n],
    ['ktime_get_tai_ns', 208, 8_000_000_004n],
    ['jiffies64', 118, 2000n],
  ])('%s', async (_name, helper, r0) => {
    expect(
      await evaluate(`call ${helper}\nexit`, {
        type: 'xdp',
        options,
        input: { packet: new Uint8Array(64) },
      }),
    ).toBe(r0);
  });

  it('moves on by itself', async () => {
    const { program } = await loadText('call 5\nexit');
    const first = finalR0(program);
    expect(finalR0(program)).toBeGreaterThan(first);
  });
});

describe('chance', () => {
  it('is the same for a seed, and another for another', async () => {
    const draw = async (randomSeed: number): Promise<bigint> =>
      evaluate('call 7\nr6 = r0\ncall 7\nr0 <<= 32\nr0 |= r6\nexit', { options: { randomSeed } });
    expect(await draw(5)).toBe(await draw(5));
    expect(await draw(5)).not.toBe(await draw(6));
  });
});

describe('CPU and task', () => {
  it('runs on the CPU of the options', async () => {
    expect(await evaluate('call 8\nexit', { options: { cpus: 4, cpu: 3 } })).toBe(3n);
    expect(await evaluate('call 42\nexit')).toBe(0n);
  });

  it('comm fills its buffer', async () => {
    const text =
      '*(u64 *)(r10 - 8) = -1\nr1 = r10\nr1 += -8\nr2 = 8\ncall 16\nr0 = *(u64 *)(r10 - 8)\nexit';
    const { program } = await loadText(text, { type: 'kprobe' });
    expect(finalR0(program)).toBe(0x66_7062_796e_61n);
  });
});

describe('bpf_probe_read_kernel', () => {
  const read = (source: string, size = 8, helper = 113): string => `
    *(u64 *)(r10 - 8) = -1
    *(u64 *)(r10 - 16) = 0x42
    ${source}
    r1 = r10
    r1 += -8
    r2 = ${size}
    call ${helper}
    `;
  it('reads what the program may address', async () => {
    const text = `${read('r3 = r10\nr3 += -16')}r0 = *(u64 *)(r10 - 8)\nexit`;
    expect(await evaluate(text)).toBe(0x42n);
  });
  it.each([
    ['null', 'r3 = 0'],
    ['a number', 'r3 = 12345678'],
    ['past the end', 'r3 = r10\nr3 += -4'],
  ])('of %s is EFAULT, and clears the buffer', async (_name, source) => {
    expect(await evaluate(`${read(source)}exit`)).toBe(errno(14));
    expect(await evaluate(`${read(source)}r0 = *(u64 *)(r10 - 8)\nexit`)).toBe(0n);
  });
  it('reads strings to their NUL', async () => {
    expect(await evaluate(`${read('r3 = r10\nr3 += -16', 8, 115)}exit`)).toBe(2n);
    const whole = `${read('r3 = 0x6867666564636261 ll\n*(u64 *)(r10 - 16) = r3\nr3 = r10\nr3 += -16', 4, 115)}`;
    expect(await evaluate(`${whole}exit`)).toBe(4n);
    expect(await evaluate(`${whole}r0 = *(u32 *)(r10 - 8)\nexit`)).toBe(0x0063_6261n);
  });
});

describe('spin locks', () => {
  const maps = [mapSpec({ name: 'm', type: 'array', keySize: 4, valueSize: 16, maxEntries: 1 })];
  const lock = (helper: number, offset = 0): string =>
    `r1 = map_val(map_by_idx(0)) + ${offset}\ncall ${helper}\n`;
  const given = { type: 'sched_cls', maps, input: { packet: new Uint8Array(64) } } as const;
  it('are taken and given back', async () => {
    expect(await evaluate(`${lock(93)}${lock(94)}${lock(93)}${lock(94)}r0 = 1\nexit`, given)).toBe(
      1n,
    );
  });
  it.each([
    ['twice', `${lock(93)}${lock(93)}`, 'takes a spin lock while it holds one'],
    ['another', `${lock(93)}${lock(94, 8)}`, 'gives back a spin lock that it does not hold'],
    ['none', lock(94), 'gives back a spin lock that it does not hold'],
  ])('%s', async (_name, text, message) => {
    await expect(evaluate(`${text}r0 = 1\nexit`, given)).rejects.toThrow(message);
  });
});

it('declares every implemented helper', () => {
  const { helpers } = createInterpreter().capabilities;
  expect(helpers).toBe(IMPLEMENTED_HELPERS);
  expect(helpers.size).toBeGreaterThan(70);
});
