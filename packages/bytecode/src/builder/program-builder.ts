import { closest } from '../asm/suggest.ts';
import type {
  AccessSize,
  AtomicOp,
  Endianness,
  Instruction,
  InstructionStream,
  Width,
} from '../isa/instruction.ts';
import { linkCode } from '../link/link-code.ts';
import type { LinkedObject } from '../link/linked-object.ts';
import type { MapSpec } from '../object/spec.ts';
import { linux } from '../platform/linux/index.ts';
import type { ProgramTypeName } from '../platform/linux/program-types.ts';
import type { Platform } from '../platform/platform.ts';
import { CodeBuffer } from './code-buffer.ts';
import { ProgramBuilderError } from './errors.ts';
import { type MemoryOperand, operandOf, type RegisterName, type Source } from './operands.ts';
import {
  type Arithmetic,
  arithmetic,
  type ConditionalJumps,
  conditionalJumps,
} from './operations.ts';

export interface ProgramOptions {
  /** Default `main`. */
  readonly name?: string;
  /** Default `GPL`. */
  readonly license?: string | null;
  readonly endianness?: Endianness;
  /** Whose section names and helpers are meant. Default: Linux. */
  readonly platform?: Platform;
}

/**
 * A program in the making. Every method appends one instruction and returns the builder; `label`
 * names the place of the next one. Arithmetic and conditional jumps have a method for each operation
 * (`add`, `add32`, `jeq`, `jeq32`).
 */
export type ProgramBuilder = BuilderCore & Arithmetic & ConditionalJumps;

/**
 * Begins a program.
 *
 *     program('xdp').mov(r0, 2).jeq(r1, 0, 'out').mov(r0, 1).label('out').exit().build()
 *
 * @param section says type and attach type, as in an object file
 */
export function program(section: string, options: ProgramOptions = {}): ProgramBuilder {
  return Object.assign(new BuilderCore(section, options), arithmetic, conditionalJumps);
}

/** All instructions but arithmetic and conditional jumps. */
class BuilderCore {
  readonly code: CodeBuffer = new CodeBuffer();
  readonly #section: string;
  readonly #options: ProgramOptions;
  readonly #platform: Platform;
  readonly #maps: MapSpec[] = [];

  constructor(section: string, options: ProgramOptions) {
    this.#section = section;
    this.#options = options;
    this.#platform = options.platform ?? linux;
  }

  /** Any instruction, as `decode` gives it. */
  instruction(instruction: Instruction): this {
    this.code.push(instruction);
    return this;
  }

  /** @throws ProgramBuilderError for a name that is taken */
  label(name: string): this {
    this.code.define(name);
    return this;
  }

  neg(dst: RegisterName, width: Width = 64): this {
    return this.instruction({ kind: 'neg', width, dst: dst.reg });
  }

  /** dst = the low `fromBits` of src, sign-extended; with a width of 32 the high half becomes 0. */
  movsx(dst: RegisterName, src: RegisterName, fromBits: 8 | 16 | 32, width: Width = 64): this {
    return this.instruction({ kind: 'movsx', width, fromBits, dst: dst.reg, src: src.reg });
  }

  /** To little or big endian, or swapped whatever the machine. */
  endian(op: 'le' | 'be' | 'bswap', dst: RegisterName, bits: 16 | 32 | 64): this {
    return this.instruction({ kind: 'endian', op, bits, dst: dst.reg });
  }

  /** Arena pointers: dst = src, moved from one address space to another. */
  addrSpaceCast(dst: RegisterName, src: RegisterName, to: number, from: number): this {
    const imm = (to << 16) | from;
    return this.instruction({ kind: 'addr-space-cast', dst: dst.reg, src: src.reg, imm });
  }

  /** dst = *(uN *)(from), zero-extended. */
  load(dst: RegisterName, from: MemoryOperand, size: AccessSize): this {
    return this.#load(dst, from, size, false);
  }

  /** dst = *(sN *)(from), sign-extended. */
  loadSigned(dst: RegisterName, from: MemoryOperand, size: 1 | 2 | 4): this {
    return this.#load(dst, from, size, true);
  }

  #load(
    dst: RegisterName,
    { base, offset }: MemoryOperand,
    size: AccessSize,
    signed: boolean,
  ): this {
    return this.instruction({ kind: 'load', size, signed, dst: dst.reg, src: base.reg, offset });
  }

  /** *(uN *)(to) = source. */
  store(to: MemoryOperand, source: Source, size: AccessSize): this {
    const { base, offset } = to;
    const operand = operandOf(source);
    return this.instruction({ kind: 'store', size, dst: base.reg, source: operand, offset });
  }

  /**
   * *(uN *)(at) op= src in one step; xchg and cmpxchg, which always fetch, put src there (cmpxchg if
   * r0 is there).
   *
   * @param fetch the old value comes back in src (in r0 for cmpxchg)
   */
  atomic(
    op: AtomicOp,
    at: MemoryOperand,
    src: RegisterName,
    size: 4 | 8,
    fetch: boolean = op === 'xchg' || op === 'cmpxchg',
  ): this {
    const { base, offset } = at;
    return this.instruction({
      kind: 'atomic',
      op,
      fetch,
      size,
      dst: base.reg,
      src: src.reg,
      offset,
    });
  }

  loadAcquire(dst: RegisterName, { base, offset }: MemoryOperand, size: AccessSize): this {
    return this.instruction({ kind: 'load-acquire', size, dst: dst.reg, src: base.reg, offset });
  }

  storeRelease({ base, offset }: MemoryOperand, src: RegisterName, size: AccessSize): this {
    return this.instruction({ kind: 'store-release', size, dst: base.reg, src: src.reg, offset });
  }

  /** r0 = big-endian load from the packet at `offset`, plus `index` where one is given (LD_IND). */
  loadPacket(size: 1 | 2 | 4, offset: number, index?: RegisterName): this {
    return this.instruction(
      index === undefined
        ? { kind: 'legacy-load', mode: 'abs', size, imm: offset }
        : { kind: 'legacy-load', mode: 'ind', size, src: index.reg, imm: offset },
    );
  }

  /** dst = a constant of 64 bits, in either signedness. */
  lddw(dst: RegisterName, value: bigint | number): this {
    const bits = BigInt(value);
    if (bits < -(2n ** 63n) || bits >= 2n ** 64n) {
      throw new ProgramBuilderError(`${bits} does not fit 64 bits`, this.code.slot);
    }
    return this.#lddw(dst, 'imm64', half(bits), half(bits >> 32n));
  }

  /** dst = a map; it joins the maps of the object. */
  loadMap(dst: RegisterName, map: MapSpec): this {
    return this.#lddw(dst, 'map-index', this.#indexOf(map), 0);
  }

  /** dst = address in the only value of a map; it joins the maps of the object. */
  loadMapValue(dst: RegisterName, map: MapSpec, offset = 0): this {
    return this.#lddw(dst, 'map-value-index', this.#indexOf(map), offset);
  }

  /** dst = address of the kernel variable or function of that BTF id. */
  loadBtfId(dst: RegisterName, id: number): this {
    return this.#lddw(dst, 'btf-id', id, 0);
  }

  /** dst = address of the function at a label, for helpers that take a callback. */
  loadFunction(dst: RegisterName, label: string): this {
    const source = 'function' as const;
    const lddw = { kind: 'lddw', source, dst: dst.reg, imm: 0, nextImm: 0 } as const;
    this.code.pushBranch(lddw, label);
    return this;
  }

  #lddw(
    dst: RegisterName,
    source: Extract<Instruction, { kind: 'lddw' }>['source'],
    imm: number,
    nextImm: number,
  ): this {
    return this.instruction({ kind: 'lddw', source, dst: dst.reg, imm, nextImm });
  }

  #indexOf(map: MapSpec): number {
    const known = this.#maps.indexOf(map);
    if (known >= 0) return known;
    if (this.#maps.some(({ name }) => name === map.name)) {
      throw new ProgramBuilderError(`there is another map ${map.name}`, this.code.slot);
    }
    return this.#maps.push(map) - 1;
  }

  /** Jumps in any case; `wide` reaches further than 32767 slots (gotol, ISA v4). */
  ja(label: string, wide = false): this {
    this.code.pushBranch({ kind: 'ja', wide, offset: 0 }, label);
    return this;
  }

  /** Jumps once the implicit loop budget is used up. */
  mayGoto(label: string): this {
    this.code.pushBranch({ kind: 'may-goto', offset: 0 }, label);
    return this;
  }

  /**
   * Calls a helper by name, with or without `bpf_`, or by number.
   *
   * @throws ProgramBuilderError for a name that the platform does not have
   */
  call(helper: string | number): this {
    return this.instruction({ kind: 'call-helper', helper: this.#helper(helper) });
  }

  #helper(helper: string | number): number {
    if (typeof helper === 'number') return helper;
    const name = helper.replace(/^bpf_/, '');
    const row = this.#platform.helperByName(name);
    if (row !== undefined) return row.number;
    const known = closest(
      name,
      this.#platform.helpers.map((each) => each.name),
    );
    const hint = known === null ? '' : `, did you mean ${known}?`;
    const reason = `${this.#platform.name} has no helper ${name}${hint}`;
    throw new ProgramBuilderError(reason, this.code.slot);
  }

  /** Calls the function at a label of this program. */
  callLocal(label: string): this {
    this.code.pushBranch({ kind: 'call-local', offset: 0 }, label);
    return this;
  }

  /** Calls a kernel function by BTF id; `btfFd` 0 is the kernel itself, else a module's. */
  callKfunc(btfId: number, btfFd = 0): this {
    return this.instruction({ kind: 'call-kfunc', btfId, btfFd });
  }

  /** Calls the helper whose number a register holds; Linux does not accept it. */
  callRegister(reg: RegisterName): this {
    return this.instruction({ kind: 'call-register', reg: reg.reg });
  }

  exit(): this {
    return this.instruction({ kind: 'exit' });
  }

  /**
   * The instructions, labels resolved.
   *
   * @throws ProgramBuilderError for a label that is unknown or out of reach
   * @throws InvalidInstructionError for an operand that its field cannot hold
   */
  stream(): InstructionStream {
    return this.code.finish(this.#options.endianness ?? 'little');
  }

  /**
   * An object of this one program and the maps that it names. Labels that are called name functions.
   *
   * @throws ProgramBuilderError, InvalidInstructionError as `stream`
   */
  build(): LinkedObject {
    const { name = 'main', license = 'GPL' } = this.#options;
    const match = this.#platform.programTypeOfSection(this.#section);
    const object = linkCode(this.stream(), {
      name,
      type: match === null ? null : (match.type as ProgramTypeName),
      license,
      maps: this.#maps,
    });
    const names = new Map([...this.code.labels].map(([label, slot]) => [slot, label]));
    return {
      ...object,
      programs: object.programs.map((linked) => ({
        ...linked,
        section: this.#section,
        attachType: match?.attachType ?? null,
        attachTarget: match?.target ?? '',
        optional: match?.optional ?? false,
        sleepable: match?.sleepable ?? false,
        fragments: match?.fragments ?? false,
        functions: linked.functions.map((part) =>
          part.slot === 0 ? part : { ...part, name: names.get(part.slot) ?? part.name },
        ),
      })),
    };
  }
}

function half(bits: bigint): number {
  return Number(BigInt.asIntN(32, bits));
}
