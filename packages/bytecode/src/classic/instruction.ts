/**
 * One instruction of classic BPF: struct sock_filter (include/uapi/linux/filter.h), 8 bytes.
 *
 *     +-----------+--------+--------+------------------------+
 *     | code (16) | jt (8) | jf (8) |         k (32)         |
 *     +-----------+--------+--------+------------------------+
 *
 * The machine has an accumulator A, an index register X and sixteen memory cells M[], all of 32
 * bits; packet loads are big-endian. Jumps only go forward: `jt` and `jf` (where the condition holds
 * and where not), or `k` of `ja`, count instructions from the next one.
 */
export interface ClassicInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  /** Unsigned 32 bits; the offsets of ancillary loads are negative numbers in two's complement. */
  readonly k: number;
}

export type ClassicProgram = readonly ClassicInstruction[];

/** BPF_MAXINSNS of include/uapi/linux/bpf_common.h. */
export const MAX_CLASSIC_INSTRUCTIONS = 4096;

/** BPF_MEMWORDS of include/uapi/linux/filter.h: cells of M[]. */
export const MEMORY_CELLS = 16;
