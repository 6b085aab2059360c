import type { Register } from '../../isa/instruction.ts';
import { packetOffsetOf } from '../ancillary.ts';
import type { CodeWriter } from './code-writer.ts';
import { A, CONTEXT, contextField, type FlavourWriter, helperNumber, X } from './flavour.ts';

const XDP_DROP = 1;
const XDP_PASS = 2;

const DATA: Register = 8;
const DATA_END: Register = 9;
const POINTER: Register = 1;
const END: Register = 2;

/** An Ethernet header: where the network header is. */
const ETHERNET = 14;

/**
 * MAX_PACKET_OFF of kernel/bpf/verifier.c: bounds checks further out teach the verifier nothing. No
 * frame has that many bytes in linear memory.
 */
const MAX_PACKET_OFFSET = 0xffff;

/** SKF_LL_OFF, and from there to SKF_NET_OFF. */
const LINK_HEADER = 0xffe0_0000;
const LINK_TO_NETWORK = 0x10_0000;

/**
 * XDP: packet bytes are loaded behind a check against data_end, whose failure is classic BPF's end with
 * 0. The verdict is XDP_PASS where the filter accepts any bytes, else XDP_DROP. The length is that of
 * the frame's linear memory.
 */
export function xdpWriter(code: CodeWriter, length: number): FlavourWriter {
  /** Bytes from DATA on that every path to an instruction has checked. */
  const checkedAt = new Int32Array(length).fill(MAX_PACKET_OFFSET);
  checkedAt[0] = 0;
  let checked = 0;

  const drop = (): void => code.exitWith(XDP_DROP);
  const requireInside = (end: Register): void =>
    code.unless('jle', end, { reg: DATA_END }, 64, drop);

  return {
    prologue() {
      code.alu('mov', CONTEXT, { reg: 1 }, 64);
      code.load(4, DATA, CONTEXT, contextField('xdp', 'data'));
      code.load(4, DATA_END, CONTEXT, contextField('xdp', 'data_end'));
    },
    begin(index) {
      checked = checkedAt[index] ?? 0;
    },
    reach(target) {
      checkedAt[target] = Math.min(checkedAt[target] ?? 0, checked);
    },
    loadAbsolute(into, k, size) {
      const at = frameOffsetOf(k);
      const end = at + size;
      if (end > MAX_PACKET_OFFSET) {
        drop();
        return false;
      }
      if (end > checked) {
        code.alu('mov', END, { reg: DATA }, 64);
        code.alu('add', END, { imm: end }, 64);
        requireInside(END);
        checked = end;
      }
      if (at <= 0x7fff) {
        code.load(size, into, DATA, at);
      } else {
        code.alu('mov', POINTER, { reg: DATA }, 64);
        code.alu('add', POINTER, { imm: at }, 64);
        code.load(size, into, POINTER, 0);
      }
      code.fromBigEndian(into, size);
      return true;
    },
    loadIndexed(k, size) {
      const max = MAX_PACKET_OFFSET - size;
      // In this order: of a copy of X the verifier would remember k, and refuses pointers by far ones.
      code.alu('mov', POINTER, { imm: k });
      code.alu('add', POINTER, { reg: X });
      code.unless('jle', POINTER, { imm: max }, 32, () => {
        // Negative numbers count from the headers; all else is outside.
        code.unless('jge', POINTER, { imm: LINK_HEADER }, 32, drop);
        code.alu('add', POINTER, { imm: -LINK_HEADER });
        code.unless('jlt', POINTER, { imm: LINK_TO_NETWORK }, 32, () =>
          code.alu('sub', POINTER, { imm: LINK_TO_NETWORK - ETHERNET }),
        );
        code.unless('jle', POINTER, { imm: max }, 32, drop);
      });
      code.alu('add', POINTER, { reg: DATA }, 64);
      code.alu('mov', END, { reg: POINTER }, 64);
      code.alu('add', END, { imm: size }, 64);
      requireInside(END);
      code.load(size, A, POINTER, 0);
      code.fromBigEndian(A, size);
    },
    loadLength(into) {
      code.alu('mov', into, { reg: DATA_END }, 64);
      code.alu('sub', into, { reg: DATA }, 64);
    },
    loadAncillary(name) {
      switch (name) {
        case 'interface':
          code.load(4, A, CONTEXT, contextField('xdp', 'ingress_ifindex'));
          return null;
        case 'cpu':
          code.write({ kind: 'call-helper', helper: helperNumber('get_smp_processor_id') });
          return null;
        case 'random':
          code.write({ kind: 'call-helper', helper: helperNumber('get_prandom_u32') });
          return null;
        case 'vlan-tag':
        case 'vlan-tag-present':
        case 'vlan-protocol':
          // XDP sees tags where they are in the frame, none beside it.
          code.alu('mov', A, { imm: 0 });
          return null;
        default:
          return 'it belongs to the socket buffer, which there is none yet at XDP';
      }
    },
    returnConstant(k) {
      code.exitWith(k === 0 ? XDP_DROP : XDP_PASS);
    },
    returnA() {
      code.unless('jne', A, { imm: 0 }, 32, drop);
      code.exitWith(XDP_PASS);
    },
  };
}

/** Offset in the frame of a constant packet offset; Infinity for one that no packet has. */
function frameOffsetOf(k: number): number {
  const place = packetOffsetOf(k);
  if (place === null) return Number.POSITIVE_INFINITY;
  return place.base === 'network-header' ? place.offset + ETHERNET : place.offset;
}
