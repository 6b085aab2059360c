import type { Machine } from './machine.ts';
import type { Executable } from './predecode.ts';

/** Frames of a program and its callees together (kernel MAX_CALL_FRAMES). */
export const MAX_FRAMES = 8;

/** Bytes of stack per frame (kernel MAX_BPF_STACK). */
export const STACK_SIZE = 512;

/** Unmapped bytes between the stacks of two frames. */
export const STACK_GUARD = 64;

/**
 * What calls a callback again and again: bpf_loop, for_each_map_elem. It lives in the frame of the
 * callback, so that a run can stop and go on in the midst of it.
 */
export interface CallbackDriver {
  /**
   * The callback has returned r0. Sets up its next call and returns true, or puts the result of the
   * helper into r0 and returns false.
   */
  next(machine: Machine, frame: Frame): boolean;
}

/** What a frame restores when it is left; reused from call to call. */
export class Frame {
  returnPc = 0;
  code: Int32Array = new Int32Array(0);
  executable: Executable | null = null;
  /** r6 to r9, lower and upper words alternating. */
  readonly saved: Int32Array = new Int32Array(8);
  /** Iterations that may_goto has used in this frame. */
  iterations = 0;

  driver: CallbackDriver | null = null;
  /** Entry of the callback, as word index. */
  entry = 0;
  /** State of the driver: position, end, and the argument handed through. */
  index = 0;
  limit = 0;
  argumentLo = 0;
  argumentHi = 0;
  /** Number of the map that is walked, its keys where they are no indices, elements visited. */
  map = 0;
  keys: Uint8Array | null = null;
  visited = 0;
}
