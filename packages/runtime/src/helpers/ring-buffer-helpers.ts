import { errno, InternalError } from '@anybpf/bytecode';
import { BASE } from '../interpreter/address-space.ts';
import type { Machine } from '../interpreter/machine.ts';
import type { RingBufferStorage } from '../maps/map-storage.ts';
import type { HelperFunction } from './bound-helper.ts';
import { mapOf } from './map-argument.ts';
import { unsigned64 } from './words.ts';

function ringOf(machine: Machine): RingBufferStorage {
  const map = mapOf(machine);
  if (map.kind !== 'ring-buffer') throw new InternalError(`map ${map.spec.name} is no ring buffer`);
  return map;
}

const output: HelperFunction = (machine) => {
  const { args } = machine;
  const flags = unsigned64(machine, 4);
  return ringOf(machine).output(
    args.bytes[2] as Uint8Array,
    args.at[2] as number,
    args.sizes[2] as number,
    flags,
  );
};

const reserve: HelperFunction = (machine) => {
  const size = unsigned64(machine, 2);
  const { records } = machine;
  const tag = records.reserve(ringOf(machine), size, unsigned64(machine, 3));
  if (tag === 0) machine.setResultWords(0, 0);
  else machine.setResultWords(BASE + records.offsetOf(tag), tag);
  return null;
};

function finish(how: 'submit' | 'discard'): HelperFunction {
  return (machine) => {
    const { lo, hi, records } = machine;
    if (!records.finish(lo[1], hi[1], how, unsigned64(machine, 2))) {
      throw machine.fault('bad-argument', {
        what: `r1 of bpf_ringbuf_${how} is not a record that bpf_ringbuf_reserve gave`,
      });
    }
    return 0;
  };
}

const query: HelperFunction = (machine) => ringOf(machine).query(unsigned64(machine, 2));

const CTX_LENGTH_LIMIT = 2 ** 52;

/**
 * bpf_perf_event_output of packet programs: bits 32 to 51 of the flags ask for that many bytes of
 * the packet behind the payload.
 */
const perfEventOutput: HelperFunction = (machine) => {
  const { args, arena, environment, packet } = machine;
  const map = mapOf(machine);
  if (map.kind !== 'perf-events') return -errno.EINVAL;
  const flags = unsigned64(machine, 3);
  if (flags >= CTX_LENGTH_LIMIT) return -errno.EINVAL;
  const appended = Math.floor(flags / 4294967296);
  if (appended > packet.length) return -errno.EFAULT;
  const index = flags % 4294967296;
  const bytes = args.bytes[4] as Uint8Array;
  const at = args.at[4] as number;
  const size = args.sizes[4] as number;
  if (appended === 0) return map.output(bytes, at, size, index, environment.cpu);
  const joined = new Uint8Array(size + appended);
  joined.set(bytes.subarray(at, at + size));
  joined.set(arena.bytes.subarray(packet.data, packet.data + appended), size);
  return map.output(joined, 0, joined.length, index, environment.cpu);
};

export const ringBufferHelpers: Readonly<Record<string, HelperFunction>> = {
  ringbuf_output: output,
  ringbuf_reserve: reserve,
  ringbuf_submit: finish('submit'),
  ringbuf_discard: finish('discard'),
  ringbuf_query: query,
  perf_event_output: perfEventOutput,
};
