/**
 * Who says so: RFC 9669, without which the stream has no meaning, or the checks of Linux 6.18 that
 * need no values (kernel/bpf/verifier.c and syscall.c). Linux makes those of a single instruction on
 * the paths that it follows alone: in a branch that it proves dead it lets them pass.
 */
export type Authority = 'rfc9669' | 'linux';

/** Stable names of the rules. */
export type Rule =
  /** A stream has at least one instruction. */
  | 'empty'
  /** RFC 9669 section 4.3: jumps, calls and function addresses go to an instruction of the stream. */
  | 'target-outside'
  | 'target-inside-lddw'
  /** The last instruction must be exit or ja. Linux: of each function. */
  | 'falls-off-end'
  /** RFC 9669 section 2: r10 is read-only. */
  | 'frame-pointer-written'
  /** The opcode is no instruction of Linux (callx). */
  | 'unknown-to-linux'
  /** check_alu_op: RFC 9669 masks shift amounts, Linux refuses immediates out of range. */
  | 'shift-out-of-range'
  /** check_alu_op: RFC 9669 defines division by zero, Linux refuses it as an immediate. */
  | 'division-by-zero'
  /** check_alu_op: addr_space_cast converts between the spaces 0 and 1 alone. */
  | 'address-space'
  /** check_subprogs: jumps stay in their function. */
  | 'leaves-function'
  /** check_cfg. */
  | 'unreachable'
  /** bpf_prog_load: BPF_COMPLEXITY_LIMIT_INSNS slots. */
  | 'too-long';

export interface Diagnostic {
  readonly slot: number;
  readonly reason: string;
  readonly rule: Rule;
  readonly authority: Authority;
}
