/** Stable names of what Linux checks before it attaches a classic program (net/core/filter.c). */
export type ClassicRule =
  /** bpf_check_basics_ok. */
  | 'empty'
  | 'too-long'
  /** A field that struct sock_filter cannot hold. */
  | 'field-range'
  /** chk_code_allowed. */
  | 'unknown-code'
  | 'division-by-zero'
  | 'shift-out-of-range'
  | 'memory-index'
  | 'jump-outside'
  /** An absolute load from SKF_AD_OFF on that names nothing. */
  | 'unknown-ancillary'
  /** The last instruction must be a return. */
  | 'no-return'
  /** check_load_and_stores: M[] is read where some path has not written it. */
  | 'memory-unwritten';

export interface ClassicDiagnostic {
  /** Index of the instruction. */
  readonly index: number;
  readonly reason: string;
  readonly rule: ClassicRule;
}
