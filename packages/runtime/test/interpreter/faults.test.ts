import { mapSpec, POISON_HELPER, type ProgramTypeName } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import { type FaultKind, ProgramFault, type ProgramInput } from '../../src/index.ts';
import { loadText } from './load-text.ts';

const array = mapSpec({
  name: 'counters',
  type: 'array',
  keySize: 4,
  valueSize: 12,
  maxEntries: 4,
});
const single = mapSpec({ name: 'config', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 });
const queue = mapSpec({ name: 'queue', type: 'queue', keySize: 0, valueSize: 8, maxEntries: 4 });
const ring = mapSpec({ name: 'ring', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4096 });
const frozen = mapSpec({
  name: 'limits',
  type: 'array',
  keySize: 4,
  valueSize: 8,
  maxEntries: 2,
  flags: 0x80,
});
const maps = [array, single, queue, ring, frozen];

async function faultOf(
  text: string,
  type: ProgramTypeName = 'syscall',
  input: ProgramInput = {},
  instructionBudget = 10_000,
): Promise<ProgramFault> {
  const { program } = await loadText(text, { type, maps, options: { instructionBudget } });
  try {
    program.run(input);
  } catch (error) {
    if (error instanceof ProgramFault) return error;
    throw error;
  }
  throw new Error('the program did not fault');
}

const frame = { packet: new Uint8Array(60) };
const loadData = 'r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\n';
const lookup = (map: number, key: number): string =>
  `*(u32 *)(r10 - 4) = ${key}\nr2 = r10\nr2 += -4\nr1 = map_by_idx(${map})\ncall 1\n`;

describe('memory faults', () => {
  /** [text, kind, message behind "main: instruction n: ", type, input] */
  const rows: [string, FaultKind, string, ProgramTypeName?, ProgramInput?][] = [
    [
      'r1 = 0\nr0 = *(u8 *)(r1 + 0)\nexit',
      'null-pointer',
      'instruction 1: reads 1 byte through a null pointer',
    ],
    [
      'r1 = 0\n*(u32 *)(r1 + 8) = 1\nexit',
      'null-pointer',
      'instruction 1: writes 4 bytes through a null pointer plus 8',
    ],
    [
      'r1 = 0x123456789 ll\nr0 = *(u16 *)(r1 + 0)\nexit',
      'bad-pointer',
      'instruction 2: reads 2 bytes at 0x123456789, which is no pointer',
    ],
    [
      'r0 = *(u64 *)(r1 + 0)\nexit',
      'out-of-bounds',
      'instruction 0: reads 8 bytes at context+0, 4 bytes past its end (context has 4 bytes)',
      'syscall',
      { context: new Uint8Array(4) },
    ],
    [
      'r0 = *(u8 *)(r1 - 1)\nexit',
      'out-of-bounds',
      'instruction 0: reads 1 byte at context-1, 1 byte before its start',
      'syscall',
      { context: new Uint8Array(4) },
    ],
    [
      'r0 = *(u8 *)(r10 + 0)\nexit',
      'out-of-bounds',
      'instruction 0: reads 1 byte at stack of frame 0+0, 1 byte past its end (512 bytes below the frame pointer)',
    ],
    [
      '*(u64 *)(r10 - 516) = 0\nexit',
      'out-of-bounds',
      'instruction 0: writes 8 bytes at stack of frame 0-516, 4 bytes before its start',
    ],
    [
      `${loadData}r0 = *(u32 *)(r2 + 58)\nexit`,
      'out-of-bounds',
      'instruction 2: reads 4 bytes at packet+58, 2 bytes past its end (packet has 60 bytes)',
      'xdp',
      frame,
    ],
    [
      `${loadData}r0 = *(u8 *)(r2 - 1)\nexit`,
      'out-of-bounds',
      'instruction 2: reads 1 byte at packet-1, 1 byte before its start',
      'xdp',
      frame,
    ],
    [
      `r6 = r1\n${loadData}r7 = r2\nr1 = r6\nr2 = 4\ncall 44\nr0 = *(u8 *)(r7 + 8)\nexit`,
      'stale-pointer',
      'instruction 7: reads 1 byte at packet+4, through a packet pointer older than the last helper that moves the packet: load it again',
      'xdp',
      frame,
    ],
    [
      'r0 = *(u8 *)(r1 + 76)\nexit',
      'bad-context-access',
      'instruction 0: reads 1 byte of __sk_buff.data (offset 76), which this program type may not do',
      'sched_cls',
      frame,
    ],
    [
      '*(u32 *)(r1 + 0) = 1\nr0 = 0\nexit',
      'bad-context-access',
      'instruction 0: writes 4 bytes of xdp_md.data (offset 0), which this program type may not do',
      'xdp',
      frame,
    ],
    [
      'r0 = *(u32 *)(r1 + 24)\nexit',
      'bad-context-access',
      'instruction 0: reads 4 bytes at offset 24 of xdp_md, where there is no field',
      'xdp',
      frame,
    ],
    [
      'r2 = *(u32 *)(r1 + 76)\n*(u8 *)(r2 + 0) = 1\nr0 = 0\nexit',
      'read-only',
      'instruction 1: writes 1 byte at packet+0, which is read-only',
      'cgroup_skb',
      frame,
    ],
    [
      `${lookup(0, 1)}r0 = *(u64 *)(r0 + 8)\nexit`,
      'out-of-bounds',
      'instruction 6: reads 8 bytes at map counters+8, 4 bytes past the end of the value (12 bytes)',
    ],
    [
      `${lookup(0, 1)}r0 = *(u32 *)(r0 - 4)\nexit`,
      'out-of-bounds',
      'instruction 6: reads 4 bytes at map counters-4, before the value',
    ],
    [
      `${lookup(0, 9)}r0 = *(u32 *)(r0 + 0)\nexit`,
      'null-pointer',
      'instruction 6: reads 4 bytes through a null pointer',
    ],
    [
      'r1 = map_val(map_by_idx(1)) + 0\nr0 = *(u64 *)(r1 + 4)\nexit',
      'out-of-bounds',
      'instruction 2: reads 8 bytes at map config+4, 4 bytes past the end of the value (8 bytes)',
    ],
    [
      `${lookup(4, 0)}*(u64 *)(r0 + 0) = 1\nexit`,
      'read-only',
      'instruction 6: writes 8 bytes at map limits+0, which is read-only for programs',
    ],
    [
      'r1 = map_by_idx(0)\nr0 = *(u32 *)(r1 + 0)\nexit',
      'bad-pointer',
      'instruction 2: reads 4 bytes at map+0, which is a map, not memory',
    ],
    [
      'r1 = map_by_idx(3)\nr2 = 8\nr3 = 0\ncall 131\nr6 = r0\nr1 = r0\nr2 = 0\ncall 132\n*(u8 *)(r6 + 0) = 1\nexit',
      'released',
      'instruction 9: writes 1 byte at record of map ring+0, which was submitted or discarded',
    ],
    [
      'r1 = map_by_idx(3)\nr2 = 8\nr3 = 0\ncall 131\n*(u32 *)(r0 + 6) = 1\nexit',
      'out-of-bounds',
      'instruction 5: writes 4 bytes at record of map ring+6, 2 bytes past its end (record of map ring has 8 bytes)',
    ],
    [
      'call f\nr0 = *(u8 *)(r0 + 0)\nexit\nf:\nr0 = r10\nr0 += -8\nexit',
      'released',
      'instruction 1: reads 1 byte at stack of frame 1-8, the stack of a function that has returned',
    ],
    [
      'lock *(u64 *)(r10 - 4) += r0\nexit',
      'out-of-bounds',
      'instruction 0: writes 8 bytes at stack of frame 0-4, 4 bytes past its end (512 bytes below the frame pointer)',
    ],
  ];
  it.each(rows)('%s', async (text, kind, message, type, input) => {
    const fault = await faultOf(text, type, input);
    expect(fault.message).toBe(`main: ${message}`);
    expect(fault.kind).toBe(kind);
    expect(fault).toMatchObject({ code: 'PROGRAM_FAULT', program: 'main', line: null });
  });

  it('carries region, offset, size and address', async () => {
    const fault = await faultOf(`${loadData}r0 = *(u32 *)(r2 + 58)\nexit`, 'xdp', frame);
    expect(fault).toMatchObject({ slot: 2, region: 'packet', offset: 58, size: 4 });
    expect(typeof fault.address).toBe('bigint');
  });
});

describe('helper argument faults', () => {
  const rows: [string, string, ProgramTypeName?, ProgramInput?][] = [
    ['r1 = 0\nr2 = r10\ncall 1\nexit', 'instruction 2: r1 of bpf_map_lookup_elem is not a map'],
    [
      'r1 = map_by_idx(2)\nr2 = r10\nr2 += -8\ncall 1\nexit',
      'instruction 4: r1 of bpf_map_lookup_elem is map queue of type queue',
    ],
    [
      'r1 = map_by_idx(0)\nr2 = r10\nr2 += -8\nr3 = 0\ncall 87\nexit',
      'instruction 5: r1 of bpf_map_push_elem is map counters of type array',
    ],
    [
      'r1 = r10\nr2 = 4\ncall 44\nexit',
      'instruction 2: r1 of bpf_xdp_adjust_head is not the context',
      'xdp',
      frame,
    ],
    [
      'r1 = r10\nr1 += -8\nr2 = -1\nr3 = r1\ncall 113\nexit',
      'instruction 4: r2 of bpf_probe_read_kernel is -1, which is no length',
    ],
    [
      'r1 = r10\nr1 += -8\nr2 = 0\ncall 6\nexit',
      'instruction 3: r2 of bpf_trace_printk is 0, but the helper takes no empty memory',
    ],
    [
      'r1 = r10\nr2 = 0\ncall 132\nexit',
      'instruction 2: r1 of bpf_ringbuf_submit is not a record that bpf_ringbuf_reserve gave',
    ],
    [
      'r1 = 3\nr2 = 0\nr3 = 0\nr4 = 0\ncall 181\nexit',
      'instruction 4: the callback is not the address of a function',
    ],
  ];
  it.each(rows)('%s', async (text, message, type, input) => {
    const fault = await faultOf(text, type, input);
    expect(fault.message).toBe(`main: ${message}`);
    expect(fault.kind).toBe('bad-argument');
  });

  it('memory arguments are checked like any access', async () => {
    const fault = await faultOf('r1 = map_by_idx(0)\nr2 = r10\nr2 += -2\ncall 1\nexit');
    expect(fault.kind).toBe('out-of-bounds');
    expect(fault.message).toContain('reads 4 bytes at stack of frame 0-2, 2 bytes past its end');
  });
});

describe('control faults', () => {
  const rows: [string, FaultKind, string][] = [
    ['l:\ngoto l\nexit', 'budget', 'instruction 0: the budget of 10000 instructions is used up'],
    ['r0 = 0', 'bad-jump', 'instruction 1: runs past the last instruction'],
    ['f:\ncall f\nexit', 'call-depth', 'instruction 0: calls deeper than 8 frames'],
    [
      'r1 = 9999\ncallx r1\nexit',
      'unknown-helper',
      'instruction 1: calls helper 9999, which does not exist',
    ],
    [`call ${POISON_HELPER}\nexit`, 'poisoned', 'instruction 0: its CO-RE relocation has failed'],
  ];
  it.each(rows)('%s', async (text, kind, message) => {
    const fault = await faultOf(text);
    expect(fault.kind).toBe(kind);
    expect(fault.message).toBe(`main: ${message}`);
  });

  it('leaves the machine fit for the next run', async () => {
    const { program } = await loadText(
      'r0 = *(u8 *)(r1 + 0)\nif r0 == 0 goto ok\ncall f\nok:\nr0 = 42\nexit\nf:\nr1 = 0\nr0 = *(u8 *)(r1 + 0)\nexit',
    );
    expect(() => program.run({ context: new Uint8Array([1]) })).toThrow(ProgramFault);
    expect(program.run({ context: new Uint8Array([0]) }).verdict).toBe(42);
  });
});
