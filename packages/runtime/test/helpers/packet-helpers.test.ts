import { describe, expect, it } from 'vitest';
import { fromHex, hex, loadText } from '../interpreter/load-text.ts';

/** Results of Linux 6.18 for the same programs (BPF_PROG_TEST_RUN). */

/** An Ethernet frame to 00:00:00:00:00:00 whose byte i behind the addresses is i. */
function frame(ethertype = 0x0800, size = 64): Uint8Array {
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i < 6 ? 0 : i));
  new DataView(bytes.buffer).setUint16(12, ethertype);
  return bytes;
}

async function run(text: string, packet: Uint8Array, type: 'sched_cls' | 'xdp' = 'sched_cls') {
  const { program } = await loadText(`${text}\nexit`, { type });
  const result = program.run({ packet });
  return { r0: result.verdict | 0, packet: result.packet ?? new Uint8Array() };
}

describe('checksums', () => {
  const diff = (from: number[], to: number[], seed: number): string => {
    const words = [...from, ...to].map((w, i) => `*(u32 *)(r10 - ${64 - 4 * i}) = ${w}`);
    return `${words.join('\n')}
      r1 = r10
      r1 += -64
      r2 = ${from.length * 4}
      r3 = r10
      r3 += ${-64 + from.length * 4}
      r4 = ${to.length * 4}
      r5 = ${seed}
      call 28`;
  };
  it.each<[number[], number[], number, number]>([
    [[], [], 0, 0],
    [[], [], 0x12345678, 0x68ac],
    [[], [0x11112222], 0, 0x3333],
    [[0x11112222], [], 0, 0xcccc],
    [[0x11112222], [0x11112223], 0, 1],
    [[], [-1], 0, 0xffff],
    [[-1], [], 0, 0],
    [[-1, -1], [], 0, 0],
    [[-1, -1], [0], 0, 0],
    [[0, 0], [], 0, 0],
    [[-1], [-1], 0, 0xffff],
    [[0x80000000 | 0, 0x7fffffff], [], -1, 0],
    [[], [0x80000000 | 0, 0x7fffffff], 0, 0xffff],
  ])('bpf_csum_diff of %j and %j with seed %i', async (from, to, seed, r0) => {
    expect((await run(diff(from, to, seed), frame())).r0).toBe(r0);
  });

  /** [helper, offset, from, to, flags, r0, the two bytes at the offset after] */
  it.each<[number, number, number, number, number, number, string]>([
    [10, 24, 0x1234, 0x1235, 2, 0, '1719'],
    [10, 24, 0x1234, 0x1235, 4, 0, '1719'],
    [10, 24, 0, 1, 0, 0, '1719'],
    [10, 24, 1, 1, 0, -22, '1819'],
    [10, 24, 0, 1, 3, -22, '1819'],
    [10, 24, 0, 1, 0x10, -22, '1819'],
    [10, 25, 0, 1, 2, -14, '191a'],
    [10, 63, 0, 1, 2, -14, '3f'],
    [11, 24, 0x1234, 0x1235, 0x12, 0, '1719'],
    [11, 24, 0x1234, 0x1235, 0x100, -22, '1819'],
  ])('helper %i at %i: %i to %i, flags %i', async (helper, offset, from, to, flags, r0, bytes) => {
    const text = `r2 = ${offset}\nr3 = ${from}\nr4 = ${to}\nr5 = ${flags}\ncall ${helper}`;
    const result = await run(text, frame());
    expect(result.r0).toBe(r0);
    expect(hex(result.packet.subarray(offset, offset + 2))).toBe(bytes);
  });

  it('a mangled checksum of 0 stays 0, unless enforced', async () => {
    const packet = frame();
    packet.set([0, 0], 24);
    const text = (flags: number) => `r2 = 24\nr3 = 0\nr4 = 1\nr5 = ${flags}\ncall 11`;
    expect(hex((await run(text(0x22), packet)).packet.subarray(24, 26))).toBe('0000');
    expect(hex((await run(text(0x62), packet)).packet.subarray(24, 26))).not.toBe('0000');
  });

  it('bpf_csum_update and bpf_csum_level know no hardware checksum', async () => {
    expect((await run('r2 = 1\ncall 40', frame())).r0).toBe(-524);
    expect((await run('r2 = 0\ncall 135', frame())).r0).toBe(-13);
    expect((await run('r2 = 1\ncall 135', frame())).r0).toBe(0);
    expect((await run('r2 = 4\ncall 135', frame())).r0).toBe(-22);
  });
});

describe('load and store', () => {
  const at = (helper: number, offset: number, size: number, r5 = 0): string =>
    `*(u64 *)(r10 - 8) = -1\nr6 = r1\nr2 = ${offset}\nr3 = r10\nr3 += -8\nr4 = ${size}\nr5 = ${r5}\ncall ${helper}`;
  it.each([
    ['skb_load_bytes', 26, 60, 4, 0, 0],
    ['skb_load_bytes past the end', 26, 61, 4, 0, -14],
    ['skb_load_bytes far outside', 26, -1, 1, 0, -14],
    ['skb_load_bytes_relative to the MAC header', 68, 60, 4, 0, 0],
    ['skb_load_bytes_relative to the network header', 68, 46, 4, 1, 0],
    ['skb_load_bytes_relative past the end', 68, 47, 4, 1, -14],
    ['skb_load_bytes_relative to what is not there', 68, 0, 4, 2, -14],
    ['skb_store_bytes', 9, 60, 4, 3, 0],
    ['skb_store_bytes, unknown flags', 9, 60, 4, 4, -22],
    ['skb_store_bytes past the end', 9, 61, 4, 0, -14],
  ])('%s', async (_name, helper, offset, size, r5, r0) => {
    expect((await run(at(helper, offset, size, r5), frame())).r0).toBe(r0);
  });

  it('a failed load clears the buffer', async () => {
    expect((await run(`${at(26, 100, 8)}\nr0 = *(u32 *)(r10 - 8)`, frame())).r0).toBe(0);
  });

  it('a store is in the packet', async () => {
    expect(hex((await run(at(9, 60, 4), frame())).packet.subarray(58))).toBe('3a3bffffffff');
  });

  it.each([
    [64, 0],
    [0, 0],
    [65, -12],
  ])('skb_pull_data of %i bytes', async (size, r0) => {
    expect((await run(`r2 = ${size}\ncall 39`, frame())).r0).toBe(r0);
  });

  it.each([
    ['xdp_load_bytes', 189, 60, 0],
    ['xdp_load_bytes past the end', 189, 61, -22],
    ['xdp_load_bytes beyond 64 KiB', 189, 0x10000, -14],
    ['xdp_store_bytes', 190, 60, 0],
  ])('%s', async (_name, helper, offset, r0) => {
    expect((await run(at(helper, offset, 4), frame(), 'xdp')).r0).toBe(r0);
  });

  it('xdp_get_buff_len', async () => {
    expect((await run('call 188', frame(), 'xdp')).r0).toBe(64);
  });
});

describe('shape', () => {
  it.each([
    ['change_tail below the headers', 38, 13, 0, -22, 64],
    ['change_tail to the headers', 38, 14, 0, 0, 14],
    ['change_tail longer', 38, 16_064, 0, 0, 16_064],
    ['change_tail too long', 38, 16_065, 0, -22, 64],
    ['change_tail with flags', 38, 64, 1, -22, 64],
    ['change_head', 43, 100, 0, 0, 164],
    ['change_head too far', 43, 16_001, 0, -22, 64],
    ['change_head with flags', 43, 4, 1, -22, 64],
    ['change_proto to IPv6', 31, 0xdd86, 0, 0, 84],
    ['change_proto to itself', 31, 0x0008, 0, -524, 64],
    ['change_proto with flags', 31, 0xdd86, 1, -22, 64],
    ['change_type', 32, 3, 0, 0, 64],
    ['change_type to what is none', 32, 4, 0, -22, 64],
  ])('%s', async (_name, helper, r2, r3, r0, length) => {
    const result = await run(`r2 = ${r2}\nr3 = ${r3}\ncall ${helper}`, frame());
    expect(result.r0).toBe(r0);
    expect(result.packet).toHaveLength(length);
  });

  it('change_proto back to IPv4 takes 20 bytes behind the Ethernet header', async () => {
    const packet = frame(0x86dd, 80);
    const result = await run('r2 = 8\nr3 = 0\ncall 31', packet);
    expect(result.packet).toEqual(Uint8Array.from([...packet.slice(0, 14), ...packet.slice(34)]));
  });

  /** [len_diff, mode, flags, r0, length] on IPv4 packets of 64 bytes. */
  it.each([
    [20, 1, 0, 0, 84],
    [20, 0, 0, 0, 84],
    [-20, 1, 0, 0, 44],
    [-30, 1, 0, 0, 34],
    [-31, 1, 0, -524, 64],
    [0x1000, 1, 0, -14, 64],
    [20, 2, 0, -524, 64],
    [20, 1, 0x200, -22, 64],
    [20, 1, 0x02, 0, 84],
    [20, 1, 0x06, -22, 64],
    [28, 1, 0x1a, -22, 64],
    [20, 1, 0x42, -22, 64],
    [40, 1, 0x40, 0, 104],
    [-20, 1, 0x02, -22, 64],
    [-20, 1, 0x80, 0, 44],
    [20, 1, 0x80, -22, 64],
  ])('adjust_room by %i, mode %i, flags %i', async (difference, mode, flags, r0, length) => {
    const result = await run(`r2 = ${difference}\nr3 = ${mode}\nr4 = ${flags}\ncall 50`, frame());
    expect(result.r0).toBe(r0);
    expect(result.packet).toHaveLength(length);
  });

  it('adjust_room is for IP alone, and encapsulates once', async () => {
    expect((await run('r2 = 4\nr3 = 1\nr4 = 0\ncall 50', frame(0x0806))).r0).toBe(-524);
    const once = 'r1 = r6\nr2 = 20\nr3 = 1\nr4 = 2\ncall 50\n';
    expect((await run(`r6 = r1\n${once}${once}`, frame())).r0).toBe(-114);
  });
});

describe('VLAN tags', () => {
  const push = (protocol: number, tci: number): string =>
    `r1 = r6\nr2 = ${protocol}\nr3 = ${tci}\ncall 18\n`;
  const pop = 'r1 = r6\ncall 19\n';
  const field = (offset: number): string => `r0 = *(u32 *)(r6 + ${offset})`;

  it('the first one stays beside the packet', async () => {
    const text = `r6 = r1\n${push(0x0081, 0x1123)}${field(24)}`;
    const result = await run(text, frame());
    expect(result.r0).toBe(0x1123);
    expect(result.packet).toEqual(frame());
    expect((await run(`r6 = r1\n${push(0, 5)}${field(28)}`, frame())).r0).toBe(0x0081);
    expect((await run(`r6 = r1\n${push(0xa888, 5)}${field(28)}`, frame())).r0).toBe(0xa888);
  });

  it('the second one moves the first into it', async () => {
    const text = `r6 = r1\n${push(0x0081, 0x0123)}${push(0xa888, 0x0456)}${field(24)}`;
    const result = await run(text, frame());
    expect(result.r0).toBe(0x0456);
    expect(hex(result.packet.subarray(10, 20))).toBe('0a0b8100012308000e0f');
  });

  it('pop takes the one beside, then those in the packet', async () => {
    expect((await run(`r6 = r1\n${push(0x0081, 7)}${pop}${field(20)}`, frame())).r0).toBe(0);
    const tagged = frame(0x8100);
    tagged.set(fromHex('00010800'), 14);
    const result = await run(`r6 = r1\n${pop}${field(16)}`, tagged);
    expect(result.r0).toBe(0x0008);
    expect(hex(result.packet.subarray(10, 16))).toBe('0a0b08001213');
    expect((await run(`r6 = r1\n${pop}`, frame())).packet).toEqual(frame());
  });
});

describe('hash', () => {
  it('set_hash, get_hash_recalc, set_hash_invalid', async () => {
    const set = 'r6 = r1\nr2 = 77\ncall 48\nr1 = r6\n';
    expect((await run(`${set}call 34`, frame())).r0).toBe(77);
    expect((await run(`${set}call 41\nr0 = *(u32 *)(r6 + 68)`, frame())).r0).toBe(0);
    const hash = (await run('call 34', frame())).r0;
    expect(hash).not.toBe(0);
    expect((await run('call 34', frame())).r0).toBe(hash);
  });
});

describe('redirection', () => {
  it.each([
    ['xdp', 'r1 = 1\nr2 = 0\ncall 23', 4],
    ['xdp', 'r1 = 1\nr2 = 1\ncall 23', 0],
    ['sched_cls', 'r1 = 1\nr2 = 0\ncall 23', 7],
    ['sched_cls', 'r1 = 99\nr2 = 1\ncall 23', 7],
    ['sched_cls', 'r1 = 1\nr2 = 2\ncall 23', 2],
    ['sched_cls', 'r1 = 1\nr2 = 0\ncall 155', 7],
    ['sched_cls', 'r1 = 1\nr2 = 1\ncall 155', 2],
    ['sched_cls', 'r1 = 1\nr2 = 0\nr3 = 0\nr4 = 0\ncall 152', 7],
    ['sched_cls', 'r1 = 1\nr2 = 0\nr3 = 0\nr4 = 1\ncall 152', 2],
    ['sched_cls', 'r2 = 99\nr3 = 0\ncall 13', -22],
    ['sched_cls', 'r2 = 1\nr3 = 2\ncall 13', -22],
  ] as const)('%s: %s', async (type, text, r0) => {
    expect((await run(text, frame(), type)).r0).toBe(r0);
  });
});

describe('bpf_check_mtu', () => {
  const check = (length: number, difference: number, flags: number, ifindex = 0): string =>
    `*(u32 *)(r10 - 8) = ${length}\nr2 = ${ifindex}\nr3 = r10\nr3 += -8\nr4 = ${difference}\nr5 = ${flags}\ncall 163`;
  it.each([
    ['fits', 0, 0, 0, 0, 0],
    ['fits to the byte', 65_536, 0, 0, 0, 0],
    ['a byte too long', 65_537, 0, 0, 0, 1],
    ['too long with what is to come', 0, 70_000, 0, 0, 1],
    ['no such device', 0, 0, 0, 9, -19],
    ['unknown flags', 0, 0, 2, 0, -22],
    ['segments with a length', 100, 0, 1, 0, -22],
  ])('%s', async (_name, length, difference, flags, ifindex, r0) => {
    expect((await run(check(length, difference, flags, ifindex), frame())).r0).toBe(r0);
  });
});

describe('bpf_fib_lookup', () => {
  const lookup = (family: number, size: number, flags: number, ifindex = 1): string => `
    r6 = r1
    ${Array.from({ length: 8 }, (_, i) => `*(u64 *)(r10 - ${64 - 8 * i}) = 0`).join('\n')}
    *(u8 *)(r10 - 64) = ${family}
    *(u32 *)(r10 - 56) = ${ifindex}
    *(u32 *)(r10 - 32) = 0x0100000a
    r1 = r6
    r2 = r10
    r2 += -64
    r3 = ${size}
    r4 = ${flags}
    call 69`;
  const type = 'xdp';

  it.each([
    ['the loopback device does not forward', 2, 64, 0, 5],
    ['too short', 2, 63, 0, -22],
    ['unknown flags', 2, 64, 0x40, -22],
    ['unknown family', 9, 64, 0, -97],
  ])('%s', async (_name, family, size, flags, r0) => {
    expect((await run(lookup(family, size, flags), frame(), type)).r0).toBe(r0);
  });

  it('of a device that is not there is ENODEV', async () => {
    expect((await run(lookup(2, 64, 0, 0), frame(), type)).r0).toBe(-19);
  });

  it('asks the routes of the interpreter', async () => {
    const mac = (byte: number): Uint8Array => new Uint8Array(6).fill(byte);
    const { program } = await loadText(
      `${lookup(2, 64, 0)}\nr1 = *(u32 *)(r10 - 56)\nr0 = *(u16 *)(r10 - 6)\nr0 <<= 8\nr0 |= r1\nexit`,
      {
        type,
        options: {
          routes: ({ family, destination }) =>
            family === 'ipv4' && destination.join('.') === '10.0.0.1'
              ? { ifindex: 5, sourceMac: mac(1), destinationMac: mac(2) }
              : null,
        },
      },
    );
    expect(program.run({ packet: frame() }).verdict).toBe(0x020205);
  });

  it('without a route among them is not forwarded', async () => {
    const { program } = await loadText(`${lookup(2, 64, 0)}\nexit`, {
      type,
      options: { routes: () => null },
    });
    expect(program.run({ packet: frame() }).verdict).toBe(4);
  });
});
