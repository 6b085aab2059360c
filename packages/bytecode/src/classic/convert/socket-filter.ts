import type { AncillaryName } from '../ancillary.ts';
import type { CodeWriter } from './code-writer.ts';
import { A, CONTEXT, contextField, type FlavourWriter, helperNumber, X } from './flavour.ts';

/** Holds A while X is loaded. */
const SAVED = 8;

/** Ancillary data that struct __sk_buff has as it is. */
const FIELDS: ReadonlyMap<AncillaryName, string> = new Map([
  ['packet-type', 'pkt_type'],
  ['mark', 'mark'],
  ['queue', 'queue_mapping'],
  ['hash', 'hash'],
  ['vlan-tag', 'vlan_tci'],
  ['vlan-tag-present', 'vlan_present'],
]);

/** The same, in network byte order. */
const BIG_ENDIAN_FIELDS: ReadonlyMap<AncillaryName, string> = new Map([
  ['protocol', 'protocol'],
  ['vlan-protocol', 'vlan_proto'],
]);

/**
 * Socket filters: packet loads become LD_ABS and LD_IND, which are classic BPF's own: big-endian, the
 * end with 0 outside the packet, negative offsets from the other headers. The verdict is the number of
 * bytes accepted.
 */
export function socketFilterWriter(code: CodeWriter): FlavourWriter {
  const loadField = (name: string): void =>
    code.load(4, A, CONTEXT, contextField('socket_filter', name));
  return {
    prologue() {
      code.alu('mov', CONTEXT, { reg: 1 }, 64);
    },
    begin() {},
    reach() {},
    loadAbsolute(into, k, size) {
      if (into === X) code.alu('mov', SAVED, { reg: A });
      code.write({ kind: 'legacy-load', mode: 'abs', size, imm: k | 0 });
      if (into === X) {
        code.alu('mov', X, { reg: A });
        code.alu('mov', A, { reg: SAVED });
      }
      return true;
    },
    loadIndexed(k, size) {
      code.write({ kind: 'legacy-load', mode: 'ind', size, src: X, imm: k | 0 });
    },
    loadLength(into) {
      code.load(4, into, CONTEXT, contextField('socket_filter', 'len'));
    },
    loadAncillary(name) {
      const field = FIELDS.get(name);
      const bigEndian = BIG_ENDIAN_FIELDS.get(name);
      if (field !== undefined) {
        loadField(field);
      } else if (bigEndian !== undefined) {
        loadField(bigEndian);
        code.fromBigEndian(A, 2);
      } else if (name === 'interface') {
        // Linux ends the program with A as it is where the packet has no device.
        code.load(4, 1, CONTEXT, contextField('socket_filter', 'ifindex'));
        code.unless('jne', 1, { imm: 0 }, 32, () => code.write({ kind: 'exit' }));
        code.alu('mov', A, { reg: 1 });
      } else if (name === 'cpu') {
        code.write({ kind: 'call-helper', helper: helperNumber('get_smp_processor_id') });
      } else if (name === 'random') {
        code.write({ kind: 'call-helper', helper: helperNumber('get_prandom_u32') });
      } else {
        return 'struct __sk_buff has no such field';
      }
      return null;
    },
    returnConstant(k) {
      code.exitWith(k);
    },
    returnA() {
      code.write({ kind: 'exit' });
    },
  };
}
