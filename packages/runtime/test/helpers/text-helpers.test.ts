import { mapSpec } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import { evaluate, finalR0, loadText } from '../interpreter/load-text.ts';

/** Stores of a string, NUL-padded to 8 bytes, at r10 - `below`. */
function store(text: string, below: number): string {
  const bytes = new Uint8Array(Math.ceil((text.length + 1) / 8) * 8);
  bytes.set([...text].map((c) => c.charCodeAt(0)));
  const view = new DataView(bytes.buffer);
  return Array.from(
    { length: bytes.length / 4 },
    (_, i) => `*(u32 *)(r10 - ${below - 4 * i}) = ${view.getInt32(4 * i, true)}`,
  ).join('\n');
}

const errno = (number: number): bigint => BigInt.asUintN(64, BigInt(-number));

describe('bpf_strtol and bpf_strtoul', () => {
  /** [helper, text, base, characters or errno, value]; as Linux 6.18 does. */
  it.each<[number, string, number, bigint, bigint]>([
    [105, '123', 10, 3n, 123n],
    [105, '-123', 10, 4n, BigInt.asUintN(64, -123n)],
    [105, '  42x', 10, 4n, 42n],
    [105, '0x1f', 0, 4n, 31n],
    [105, '0X1F', 16, 4n, 31n],
    [105, '017', 0, 3n, 15n],
    [105, '08', 0, 1n, 0n],
    [105, '9223372036854775807', 10, 19n, 2n ** 63n - 1n],
    [105, '9223372036854775808', 10, errno(34), 0n],
    [105, '-9223372036854775808', 10, 20n, 2n ** 63n],
    [105, '-9223372036854775809', 10, errno(34), 0n],
    [106, '18446744073709551615', 10, 20n, 2n ** 64n - 1n],
    [106, '18446744073709551616', 10, errno(34), 0n],
    [106, '-1', 10, errno(22), 0n],
    [105, 'abc', 10, errno(22), 0n],
    [105, '-', 10, errno(22), 0n],
    [105, '12', 2, errno(22), 0n],
    [105, '12', 32, errno(22), 0n],
  ])('helper %i of "%s", base %i', async (helper, text, base, r0, value) => {
    const call = `${store(text, 96)}
      *(u64 *)(r10 - 8) = -1
      r1 = r10
      r1 += -96
      r2 = ${text.length}
      r3 = ${base}
      r4 = r10
      r4 += -8
      call ${helper}`;
    expect(await evaluate(`${call}\nexit`)).toBe(r0);
    expect(await evaluate(`${call}\nr0 = *(u64 *)(r10 - 8)\nexit`)).toBe(value);
  });
});

/** `.rodata` with one string. */
function rodata(text: string) {
  const data = Uint8Array.from([...text, '\0'], (c) => c.charCodeAt(0));
  return {
    ...mapSpec({
      name: '.rodata',
      type: 'array',
      keySize: 4,
      valueSize: data.length,
      maxEntries: 1,
      flags: 0x80,
    }),
    globals: { section: '.rodata', data, readonly: true, variables: [] },
  };
}

describe('bpf_strncmp', () => {
  it.each([
    ['abc', 4, 'abc', 0n],
    ['abc', 2, 'abd', 0n],
    ['abc', 3, 'abd', errno(1)],
    ['abd', 3, 'abc', 1n],
    ['ab', 4, 'abc', errno(1)],
  ])('%s, %i, %s', async (left, size, right, r0) => {
    const text = `${store(left, 16)}\nr1 = r10\nr1 += -16\nr2 = ${size}\nr3 = map_val(map_by_idx(0)) + 0\ncall 182\nexit`;
    expect(await evaluate(text, { maps: [rodata(right)] })).toBe(r0);
  });

  it('refuses a string without an end', async () => {
    const spec = rodata('abc');
    const endless = {
      ...spec,
      valueSize: 3,
      globals: { ...spec.globals, data: spec.globals.data.slice(0, 3) },
    };
    const text = `${store('abc', 16)}\nr1 = r10\nr1 += -16\nr2 = 3\nr3 = map_val(map_by_idx(0)) + 0\ncall 182\nexit`;
    await expect(evaluate(text, { maps: [endless] })).rejects.toThrow('is a string without an end');
  });
});

describe('bpf_snprintf', () => {
  /** [format, values, text or errno]; as Linux 6.18 does. */
  it.each<[string, (number | string)[], string | bigint]>([
    ['plain', [], 'plain'],
    ['%d %i %u', [-1, 2, -1], '-1 2 4294967295'],
    [
      '%ld %lu %lld',
      ['0x8000000000000000 ll', -1, 5],
      '-9223372036854775808 18446744073709551615 5',
    ],
    ['%x %X %lx', [0xabc, 0xabc, -1], 'abc ABC ffffffffffffffff'],
    ['[%5d][%-5d][%05d]', [42, 42, -42], '[   42][42   ][-0042]'],
    ['%c%c', [0x41, 0x42], 'AB'],
    ['100%%', [], '100%'],
    ['%d', [], errno(22)],
    ['%q', [1], errno(22)],
    ['%', [], errno(22)],
    ['\x01', [], errno(22)],
  ])('%j %j', async (format, values, expected) => {
    const stores = values
      .map((v, i) => `r1 = ${v}\n*(u64 *)(r10 - ${128 - 8 * i}) = r1`)
      .join('\n');
    const text = `${stores}
      r1 = r10
      r1 += -64
      r2 = 64
      r3 = map_val(map_by_idx(0)) + 0
      r4 = r10
      r4 += -128
      r5 = ${values.length * 8}
      call 165
      exit`;
    const { program } = await loadText(text, { maps: [rodata(format)] });
    const r0 = finalR0(program);
    expect(r0).toBe(typeof expected === 'bigint' ? expected : BigInt(expected.length + 1));
    if (typeof expected === 'bigint') return;
    const copied = await loadText(
      `${text.replace('exit', '')}\nr6 = 0\nr7 = r10\nr7 += -64\nr0 = *(u8 *)(r7 + ${Math.max(0, expected.length - 1)})\nexit`,
      { maps: [rodata(format)] },
    );
    expect(copied.program.run({}).verdict).toBe(expected.charCodeAt(expected.length - 1));
  });

  it('writes what fits, with a NUL, and tells the whole length', async () => {
    const text = `
      *(u64 *)(r10 - 64) = -1
      r1 = r10
      r1 += -64
      r2 = 4
      r3 = map_val(map_by_idx(0)) + 0
      r4 = 0
      r5 = 0
      call 165
      r6 = r0
      r0 = *(u64 *)(r10 - 64)
      exit`;
    expect(await evaluate(text, { maps: [rodata('abcdef')] })).toBe(0xffff_ffff_0063_6261n);
  });
});

describe('bpf_trace_printk', () => {
  it('hands its text to the trace', async () => {
    const messages: string[] = [];
    const text = `${store('n=%d s=%s\n', 32)}
      ${store('xyz', 64)}
      r1 = r10
      r1 += -32
      r2 = 11
      r3 = 42
      r4 = r10
      r4 += -64
      call 6
      exit`;
    const trace = (message: string): void => void messages.push(message);
    expect(await evaluate(text, { options: { trace } })).toBe(11n);
    expect(messages).toEqual(['n=42 s=xyz']);
  });

  it('refuses a format without a NUL at its end', async () => {
    const text = `${store('abc', 32)}\nr1 = r10\nr1 += -32\nr2 = 3\ncall 6\nexit`;
    expect(await evaluate(text)).toBe(errno(22));
  });
});
