import { InternalError, type LineInfo, type LinkedProgram } from '@anybpf/bytecode';
import { HelperArguments } from '../helpers/arguments.ts';
import type { BoundHelper } from '../helpers/bound-helper.ts';
import { AddressSpace, BASE, FixedRegion, tagOf } from './address-space.ts';
import { Arena } from './arena.ts';
import type { ContextMemory } from './contexts/context-memory.ts';
import type { Environment } from './environment.ts';
import { type CallbackDriver, Frame, MAX_FRAMES, STACK_SIZE } from './frames.ts';
import { HeldLock } from './held-lock.ts';
import { MapTable } from './map-table.ts';
import { PacketMemory } from './packet-memory.ts';
import { ENTRY_WORDS, type Executable } from './predecode.ts';
import { type FaultDetail, type FaultKind, ProgramFault } from './program-fault.ts';
import { RecordTable } from './records.ts';
import { createRegisterWords, type RegisterWords, toBigint } from './registers.ts';

/** Tail calls that a run may make (kernel MAX_TAIL_CALL_CNT). */
const MAX_TAIL_CALLS = 33;

/** Iterations of may_goto in one frame (kernel BPF_MAX_LOOPS). */
const MAX_ITERATIONS = 8 * 1024 * 1024;

/** Finds helpers for indirect calls. */
export type HelperFinder = (number: number, executable: Executable) => BoundHelper | null;

/**
 * The state of one virtual CPU. Programs of all objects that a backend has loaded run on it, one at
 * a time; nothing here is allocated during a run.
 */
export class Machine {
  readonly lo: RegisterWords = createRegisterWords();
  readonly hi: RegisterWords = createRegisterWords();
  readonly space: AddressSpace = new AddressSpace();
  readonly arena: Arena;
  readonly packet: PacketMemory;
  readonly maps: MapTable;
  readonly records: RecordTable;
  readonly lock: HeldLock = new HeldLock();
  readonly environment: Environment;
  readonly #findHelper: HelperFinder;
  readonly #executables: WeakMap<object, Executable> = new WeakMap();

  context: ContextMemory;
  code: Int32Array = new Int32Array(0);
  /** Word index of the next entry. */
  pc = 0;
  /** Word index of the entry being executed; valid in everything that the run loop calls. */
  at = 0;
  /** Instructions left to the run loop, and those that a stepper keeps back from it. */
  fuel = 0;
  reserve = 0;
  depth = 0;
  /** A run is under way. */
  busy = false;
  readonly #frames: Frame[] = [];
  #executable: Executable | null = null;
  #tailCalls = 0;

  /** Arguments of the helper call under way. */
  readonly args: HelperArguments = new HelperArguments();
  /** Memory that memory.ts found last. */
  bytes: Uint8Array;
  view: DataView;

  constructor(environment: Environment, context: ContextMemory, findHelper: HelperFinder) {
    this.environment = environment;
    this.context = context;
    this.#findHelper = findHelper;
    this.arena = new Arena(this.space);
    this.bytes = this.arena.bytes;
    this.view = this.arena.view;
    this.packet = new PacketMemory(this.space, this.arena.bytes, this.arena.view);
    this.maps = new MapTable(this.space);
    this.records = new RecordTable(this.space);
    for (let depth = 0; depth < MAX_FRAMES; depth++) this.#frames.push(new Frame());
  }

  get executable(): Executable {
    if (this.#executable === null) throw new InternalError('no program is running');
    return this.#executable;
  }

  /** Tail calls and program arrays find a program by its handle. */
  register(program: object, executable: Executable): void {
    this.#executables.set(program, executable);
  }

  unregister(program: object): void {
    this.#executables.delete(program);
  }

  executableOf(program: object): Executable | undefined {
    return this.#executables.get(program);
  }

  /** Puts the machine before the first instruction; context and packet must be in place. */
  start(executable: Executable): void {
    const { lo, hi, space } = this;
    for (let depth = this.depth; depth > 0; depth--) space.close(FixedRegion.stack + depth);
    if (!this.records.idle) this.records.reset();
    this.lock.held = false;
    this.depth = 0;
    this.#tailCalls = 0;
    this.#executable = executable;
    this.code = executable.code;
    this.pc = 0;
    this.at = 0;
    this.fuel = this.environment.budget;
    this.reserve = 0;
    lo[0] = lo[2] = lo[3] = lo[4] = lo[5] = lo[6] = lo[7] = lo[8] = lo[9] = 0;
    hi[0] = hi[2] = hi[3] = hi[4] = hi[5] = hi[6] = hi[7] = hi[8] = hi[9] = 0;
    lo[1] = BASE + this.arena.contextStart;
    hi[1] = tagOf(FixedRegion.context);
    this.#setFramePointer();
    if (!executable.stackless) this.arena.clearStack(0);
    this.#frame(0).iterations = 0;
  }

  /** A bpf2bpf call: arguments stay in r1 to r5, r6 to r9 are kept for the return. */
  enterFrame(): Frame {
    if (this.depth + 1 >= MAX_FRAMES) {
      throw this.fault('call-depth', { what: `calls deeper than ${MAX_FRAMES} frames` });
    }
    const { lo, hi } = this;
    this.depth++;
    const frame = this.#frame(this.depth);
    frame.returnPc = this.pc;
    frame.code = this.code;
    frame.executable = this.#executable;
    frame.driver = null;
    frame.iterations = 0;
    const { saved } = frame;
    saved[0] = lo[6];
    saved[1] = hi[6];
    saved[2] = lo[7];
    saved[3] = hi[7];
    saved[4] = lo[8];
    saved[5] = hi[8];
    saved[6] = lo[9];
    saved[7] = hi[9];
    this.arena.openStack(this.depth);
    this.arena.clearStack(this.depth);
    this.#setFramePointer();
    return frame;
  }

  /** The innermost function has returned: goes on in its caller, or with its driver's next call. */
  leaveFrame(): void {
    const frame = this.#frame(this.depth);
    if (frame.driver?.next(this, frame)) {
      this.code = frame.code;
      this.#executable = frame.executable;
      this.pc = frame.entry;
      this.arena.clearStack(this.depth);
      return;
    }
    const { lo, hi } = this;
    const { saved } = frame;
    lo[6] = saved[0] as number;
    hi[6] = saved[1] as number;
    lo[7] = saved[2] as number;
    hi[7] = saved[3] as number;
    lo[8] = saved[4] as number;
    hi[8] = saved[5] as number;
    lo[9] = saved[6] as number;
    hi[9] = saved[7] as number;
    this.space.close(FixedRegion.stack + this.depth);
    this.depth--;
    this.code = frame.code;
    this.#executable = frame.executable;
    this.pc = frame.returnPc;
    this.#setFramePointer();
  }

  /**
   * Enters the callback whose address is (lo, hi); `driver` decides what follows each return. The
   * caller fills the frame's state and the argument registers.
   */
  enterCallback(lo: number, hi: number, driver: CallbackDriver): Frame {
    const entry = lo - BASE;
    const isEntry =
      hi === tagOf(FixedRegion.function) &&
      entry >= 0 &&
      entry < this.code.length &&
      entry % ENTRY_WORDS === 0;
    if (!isEntry) {
      throw this.fault('bad-argument', { what: 'the callback is not the address of a function' });
    }
    const frame = this.enterFrame();
    frame.driver = driver;
    frame.entry = entry;
    this.pc = entry;
    return frame;
  }

  /** Replaces the running function by `executable`; false when 33 tail calls have been made. */
  tailCall(executable: Executable): boolean {
    if (this.#tailCalls >= MAX_TAIL_CALLS) return false;
    this.#tailCalls++;
    this.#executable = executable;
    this.code = executable.code;
    this.pc = 0;
    if (!executable.stackless) this.arena.clearStack(this.depth);
    return true;
  }

  callHelper(index: number): void {
    const helper = this.executable.helpers[index];
    if (helper === undefined) throw new InternalError(`no helper ${index}`);
    helper.call(this);
  }

  callByNumber(lo: number, hi: number): void {
    const helper = hi === 0 ? this.#findHelper(lo, this.executable) : null;
    if (helper === null) {
      const number = toBigint(lo, hi);
      throw this.fault('unknown-helper', { what: `calls helper ${number}, which does not exist` });
    }
    helper.call(this);
  }

  /** may_goto: ends a loop after 8 Mi rounds, or early enough that the program can end in its budget. */
  loopBudgetUsedUp(): boolean {
    const frame = this.#frame(this.depth);
    const left = this.fuel + this.reserve;
    frame.iterations++;
    return frame.iterations > MAX_ITERATIONS || left < this.environment.budget / 2;
  }

  /** Takes from the budget what a helper does beyond a call's worth of work: 1 per 64 bytes or key. */
  charge(instructions: number): void {
    this.fuel = Math.max(0, this.fuel - instructions);
  }

  count(instruction: number): void {
    this.#executable?.coverage?.count(instruction);
  }

  outOfBudget(): ProgramFault {
    const { budget } = this.environment;
    this.at = this.pc;
    return this.fault('budget', { what: `the budget of ${budget} instructions is used up` });
  }

  runOff(): never {
    throw this.fault('bad-jump', { what: 'runs past the last instruction' });
  }

  meetPoison(): never {
    const slot = this.slotOf(this.at);
    const failures = this.executable.linked.coreFailures;
    const failure = failures.find((candidate) => candidate.slot === slot);
    const why =
      failure === undefined ? '' : `, ${failure.kind} of ${failure.path}: ${failure.reason}`;
    throw this.fault('poisoned', { what: `its CO-RE relocation has failed${why}` });
  }

  /** Result of a helper: a signed integer that a double holds exactly. */
  setResult(value: number): void {
    this.lo[0] = value;
    this.hi[0] = (value | 0) === value ? value >> 31 : Math.floor(value / 4294967296);
  }

  setResultWords(lo: number, hi: number): void {
    this.lo[0] = lo;
    this.hi[0] = hi;
  }

  /** Slot of the entry at a word index. */
  slotOf(at: number): number {
    return this.executable.slots[at / ENTRY_WORDS] ?? 0;
  }

  /** A fault at the current instruction, to be thrown. */
  fault(
    kind: FaultKind,
    detail: Pick<FaultDetail, 'what'> &
      Partial<Pick<FaultDetail, 'region' | 'offset' | 'size' | 'address'>>,
  ): ProgramFault {
    const { linked } = this.executable;
    const slot = this.slotOf(this.at);
    return new ProgramFault({
      program: linked.name,
      slot,
      line: lineOf(linked, slot),
      kind,
      what: detail.what,
      region: detail.region ?? null,
      offset: detail.offset ?? null,
      size: detail.size ?? null,
      address: detail.address ?? null,
    });
  }

  #frame(depth: number): Frame {
    const frame = this.#frames[depth];
    if (frame === undefined) throw new InternalError(`no frame ${depth}`);
    return frame;
  }

  #setFramePointer(): void {
    this.lo[10] = BASE + this.arena.stackStart(this.depth) + STACK_SIZE;
    this.hi[10] = tagOf(FixedRegion.stack + this.depth);
  }
}

/** The last line record at or before `slot`. */
export function lineOf(linked: LinkedProgram, slot: number): LineInfo | null {
  let found: LineInfo | null = null;
  for (const line of linked.lines) {
    if (line.slot > slot) break;
    found = line;
  }
  return found;
}
