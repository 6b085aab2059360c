/** Flags of map operations (include/uapi/linux/bpf.h). */
export const BPF_ANY = 0;
export const BPF_NOEXIST = 1;
export const BPF_EXIST = 2;
export const BPF_F_LOCK = 4;

/** Flags of map creation (include/uapi/linux/bpf.h). */
export const MapFlag = {
  NO_PREALLOC: 0x1,
  NO_COMMON_LRU: 0x2,
  NUMA_NODE: 0x4,
  RDONLY: 0x8,
  WRONLY: 0x10,
  ZERO_SEED: 0x40,
  RDONLY_PROG: 0x80,
  WRONLY_PROG: 0x100,
  MMAPABLE: 0x400,
  PRESERVE_ELEMS: 0x800,
  INNER_MAP: 0x1000,
} as const;

/** BPF_F_ACCESS_MASK. */
export const ACCESS_FLAGS: number =
  MapFlag.RDONLY | MapFlag.WRONLY | MapFlag.RDONLY_PROG | MapFlag.WRONLY_PROG;

/** Flags of ring buffer and perf event output (include/uapi/linux/bpf.h). */
export const RingFlag = {
  NO_WAKEUP: 1,
  FORCE_WAKEUP: 2,
  BUSY: 0x8000_0000,
  DISCARD: 0x4000_0000,
} as const;
