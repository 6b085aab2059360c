import { errno } from '@anybpf/bytecode';
import type { Machine } from '../interpreter/machine.ts';
import type { RegisterIndex } from '../interpreter/registers.ts';
import type { HelperFunction } from './bound-helper.ts';
import { type FormatArguments, formatText, latin1 } from './format.ts';

/** Arguments of bpf_trace_printk: r3 to r5. */
const TRACE_ARGUMENTS = 3;

/** Arguments of bpf_snprintf and bpf_trace_vprintk (MAX_BPRINTF_VARARGS). */
const MAX_ARGUMENTS = 12;

const tracePrintk: HelperFunction = (machine) => {
  const { args, lo, hi } = machine;
  const bytes = args.bytes[1] as Uint8Array;
  const at = args.at[1] as number;
  const size = args.sizes[1] as number;
  if (bytes[at + size - 1] !== 0) return -errno.EINVAL;
  const text = formatText(machine, latin1(bytes, at, size), {
    count: TRACE_ARGUMENTS,
    lo: (index) => lo[(index + 3) as RegisterIndex],
    hi: (index) => hi[(index + 3) as RegisterIndex],
  });
  return trace(machine, text);
};

function trace(machine: Machine, text: string | number): number {
  if (typeof text === 'number') return text;
  machine.environment.trace(text.endsWith('\n') ? text.slice(0, -1) : text);
  return text.length;
}

/** The u64 array behind pointer argument `register`; null for a length that is none. */
function arrayArguments(machine: Machine, register: number): FormatArguments | null {
  const { args } = machine;
  const size = args.sizes[register] as number;
  if (size % 8 !== 0 || size > MAX_ARGUMENTS * 8) return null;
  const bytes = args.bytes[register] as Uint8Array;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = args.at[register] as number;
  return {
    count: size / 8,
    lo: (index) => view.getInt32(at + index * 8, true),
    hi: (index) => view.getInt32(at + index * 8 + 4, true),
  };
}

const traceVprintk: HelperFunction = (machine) => {
  const { args } = machine;
  const bytes = args.bytes[1] as Uint8Array;
  const at = args.at[1] as number;
  const size = args.sizes[1] as number;
  const values = arrayArguments(machine, 3);
  if (values === null || bytes[at + size - 1] !== 0) return -errno.EINVAL;
  return trace(machine, formatText(machine, latin1(bytes, at, size), values));
};

/** Length of the whole text with its NUL, of which as much is written as fits. */
const snprintf: HelperFunction = (machine) => {
  const { args } = machine;
  const out = args.bytes[1] as Uint8Array;
  const to = args.at[1] as number;
  const room = args.sizes[1] as number;
  const format = latin1(args.bytes[3] as Uint8Array, args.at[3] as number, args.sizes[3] as number);
  const values = arrayArguments(machine, 4);
  if (values === null) return -errno.EINVAL;
  const text = formatText(machine, format, values);
  if (typeof text === 'number') return text;
  const written = Math.min(text.length, room - 1);
  for (let i = 0; i < written; i++) out[to + i] = text.charCodeAt(i);
  if (room > 0) out[to + written] = 0;
  return text.length + 1;
};

/** Nothing is printed but to the interpreter's `trace`. */
export const printHelpers: Readonly<Record<string, HelperFunction>> = {
  trace_printk: tracePrintk,
  trace_vprintk: traceVprintk,
  snprintf,
};
