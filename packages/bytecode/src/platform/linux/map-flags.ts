/** Map creation flags of Linux 6.18 (BPF_F_* of BPF_MAP_CREATE, include/uapi/linux/bpf.h). */
export const mapFlags = {
  BPF_F_NO_PREALLOC: 0x1,
  BPF_F_NO_COMMON_LRU: 0x2,
  BPF_F_NUMA_NODE: 0x4,
  BPF_F_RDONLY: 0x8,
  BPF_F_WRONLY: 0x10,
  BPF_F_STACK_BUILD_ID: 0x20,
  BPF_F_ZERO_SEED: 0x40,
  BPF_F_RDONLY_PROG: 0x80,
  BPF_F_WRONLY_PROG: 0x100,
  BPF_F_CLONE: 0x200,
  BPF_F_MMAPABLE: 0x400,
  BPF_F_PRESERVE_ELEMS: 0x800,
  BPF_F_INNER_MAP: 0x1000,
  BPF_F_LINK: 0x2000,
  BPF_F_VTYPE_BTF_OBJ_FD: 0x8000,
  BPF_F_SEGV_ON_FAULT: 0x20000,
  BPF_F_NO_USER_CONV: 0x40000,
} as const;
Object.freeze(mapFlags);

export type MapFlagName = keyof typeof mapFlags;

/** Flags of map_update_elem and BPF_MAP_UPDATE_ELEM. */
export const mapUpdateFlags = {
  BPF_ANY: 0,
  BPF_NOEXIST: 1,
  BPF_EXIST: 2,
  BPF_F_LOCK: 4,
} as const;
Object.freeze(mapUpdateFlags);
