import { mapUpdateFlags } from '@anybpf/bytecode';

/** Flags of map operations, as constants that the engine can fold. */
export const BPF_ANY: number = mapUpdateFlags.BPF_ANY;
export const BPF_NOEXIST: number = mapUpdateFlags.BPF_NOEXIST;
export const BPF_EXIST: number = mapUpdateFlags.BPF_EXIST;
export const BPF_F_LOCK: number = mapUpdateFlags.BPF_F_LOCK;

/** Flags of ring buffer output (include/uapi/linux/bpf.h). */
export const BPF_RB_NO_WAKEUP = 1;
export const BPF_RB_FORCE_WAKEUP = 2;

/** Bits of a ring-buffer record's length word. */
export const BPF_RINGBUF_BUSY_BIT = 0x8000_0000;
export const BPF_RINGBUF_DISCARD_BIT = 0x4000_0000;
