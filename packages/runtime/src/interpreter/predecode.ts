import {
  type Instruction,
  InternalError,
  InvalidInstructionError,
  type LinkedProgram,
  POISON_HELPER,
  type ProgramTypeName,
} from '@anybpf/bytecode';
import { UnsupportedFeatureError } from '../errors.ts';
import type { BoundHelper } from '../helpers/bound-helper.ts';
import { BASE, FixedRegion, tagOf } from './address-space.ts';
import type { Coverage } from './coverage.ts';
import { AluCode, AtomicCode, InternalOpcode, JumpCode, SizeCode } from './opcodes.ts';

/** Words per entry of {@link Executable.code}. */
export const ENTRY_WORDS = 4;

/**
 * A program in the form that the run loop reads: four words per entry,
 *
 *     word 0   opcode | dst << 8 | src << 12
 *     word 1   offset of a memory access, or word index of a jump target
 *     word 2   imm; lower word of lddw; index into `helpers`
 *     word 3   upper word of lddw; of a legacy load, where it goes outside the packet
 */
export interface Executable {
  readonly linked: LinkedProgram;
  readonly type: ProgramTypeName;
  readonly code: Int32Array;
  /** Slot of each entry in the linked stream. */
  readonly slots: Int32Array;
  readonly helpers: readonly BoundHelper[];
  readonly coverage: Coverage | null;
  /** No instruction names r10: frames of this program need no stack. */
  readonly stackless: boolean;
}

/** What predecoding asks of the object that is being loaded. */
export interface Bindings {
  /** Number of the map's handle in the machine, by index in `LinkedObject.maps`. */
  mapHandle(index: number): number;
  /** Address of the first value of that map; null when its values have no address. */
  mapValue(index: number): { readonly lo: number; readonly hi: number } | null;
  /** @throws UnsupportedFeatureError */
  helper(number: number, slot: number): BoundHelper;
  readonly coverage: Coverage | null;
}

/**
 * @throws UnsupportedFeatureError for what this backend cannot run
 * @throws InvalidInstructionError for a jump or call that leaves the program
 */
export function predecode(
  linked: LinkedProgram,
  type: ProgramTypeName,
  bindings: Bindings,
): Executable {
  return new Predecoder(linked, type, bindings).run();
}

class Predecoder {
  readonly #linked: LinkedProgram;
  readonly #type: ProgramTypeName;
  readonly #bindings: Bindings;
  /** Entries per instruction: coverage puts a counting one first. */
  readonly #stride: number;
  readonly #code: Int32Array;
  readonly #slots: Int32Array;
  readonly #helpers: BoundHelper[] = [];
  readonly #helperIndex: Map<number, number> = new Map();
  /** Word index of an exit behind the program, where a legacy load outside the packet goes. */
  readonly #exit: number;
  #usesStack = false;
  #slot = 0;
  /** Word index of the entry being written. */
  #at = 0;

  constructor(linked: LinkedProgram, type: ProgramTypeName, bindings: Bindings) {
    this.#linked = linked;
    this.#type = type;
    this.#bindings = bindings;
    this.#stride = bindings.coverage === null ? 1 : 2;
    const entries = linked.code.instructions.length * this.#stride + 2;
    this.#exit = (entries - 1) * ENTRY_WORDS;
    this.#code = new Int32Array(entries * ENTRY_WORDS);
    this.#slots = new Int32Array(entries);
  }

  run(): Executable {
    const { instructions, slots } = this.#linked.code;
    for (let i = 0; i < instructions.length; i++) {
      const instruction = instructions[i];
      if (instruction === undefined) throw new InternalError(`no instruction ${i}`);
      this.#slot = slots[i] ?? 0;
      if (this.#stride === 2) this.#emit(InternalOpcode.count, 0, 0, 0, i);
      this.#translate(instruction);
    }
    this.#slot = this.#linked.code.bytes.length / 8;
    this.#emit(InternalOpcode.end, 0, 0, 0, 0);
    this.#emit(InternalOpcode.exit, 0, 0, 0, 0);
    return {
      linked: this.#linked,
      type: this.#type,
      code: this.#code,
      slots: this.#slots,
      helpers: this.#helpers,
      coverage: this.#bindings.coverage,
      stackless: !this.#usesStack,
    };
  }

  #emit(opcode: number, dst: number, src: number, offset: number, imm: number, high = 0): void {
    const at = this.#at;
    if (dst === 10 || src === 10) this.#usesStack = true;
    this.#code[at] = opcode | (dst << 8) | (src << 12);
    this.#code[at + 1] = offset;
    this.#code[at + 2] = imm;
    this.#code[at + 3] = high;
    this.#slots[at / ENTRY_WORDS] = this.#slot;
    this.#at = at + ENTRY_WORDS;
  }

  #translate(i: Instruction): void {
    switch (i.kind) {
      case 'alu':
        this.#alu(i);
        break;
      case 'neg':
        this.#emit(i.width === 64 ? 0x87 : 0x84, i.dst, 0, 0, 0);
        break;
      case 'movsx':
        this.#emit(movsxOpcode(i.width, i.fromBits), i.dst, i.src, 0, 0);
        break;
      case 'endian':
        this.#emit(i.op === 'le' ? InternalOpcode.le : InternalOpcode.swap, i.dst, 0, 0, i.bits);
        break;
      case 'lddw':
        this.#lddw(i);
        break;
      case 'load': {
        const opcode = SizeCode[i.size] | (i.signed && i.size < 8 ? 0x81 : 0x61);
        this.#emit(opcode, i.dst, i.src, i.offset, 0);
        break;
      }
      case 'load-acquire':
        this.#emit(SizeCode[i.size] | 0x61, i.dst, i.src, i.offset, 0);
        break;
      case 'store':
        if (i.source.kind === 'reg') {
          this.#emit(SizeCode[i.size] | 0x63, i.dst, i.source.reg, i.offset, 0);
        } else {
          this.#emit(SizeCode[i.size] | 0x62, i.dst, 0, i.offset, i.source.imm);
        }
        break;
      case 'store-release':
        this.#emit(SizeCode[i.size] | 0x63, i.dst, i.src, i.offset, 0);
        break;
      case 'atomic': {
        const flags = (i.fetch ? 8 : 0) | (i.size === 8 ? 16 : 0);
        this.#emit(InternalOpcode.atomic, i.dst, i.src, i.offset, AtomicCode[i.op] | flags);
        break;
      }
      case 'legacy-load': {
        const indexed = i.mode === 'ind' ? 1 : 0;
        this.#emit(InternalOpcode.legacyLoad, i.size, i.src ?? 0, indexed, i.imm, this.#exit);
        break;
      }
      case 'jump': {
        const target = this.#target(i.offset);
        const opcode = JumpCode[i.op] | (i.width === 64 ? 0x05 : 0x06);
        if (i.source.kind === 'reg') {
          this.#emit(opcode | 0x08, i.dst, i.source.reg, target, 0);
        } else {
          this.#emit(opcode, i.dst, 0, target, i.source.imm);
        }
        break;
      }
      case 'ja':
        this.#emit(InternalOpcode.ja, 0, 0, this.#target(i.offset), 0);
        break;
      case 'may-goto':
        this.#emit(InternalOpcode.mayGoto, 0, 0, this.#target(i.offset), 0);
        break;
      case 'call-helper':
        // Behind its guard it is never reached, and the kernel takes such a program too.
        if (i.helper === POISON_HELPER) this.#emit(InternalOpcode.poisoned, 0, 0, 0, 0);
        else this.#emit(InternalOpcode.callHelper, 0, 0, 0, this.#helper(i.helper));
        break;
      case 'call-local':
        this.#emit(InternalOpcode.callLocal, 0, 0, this.#target(i.offset), 0);
        break;
      case 'call-register':
        this.#emit(InternalOpcode.callRegister, 0, i.reg, 0, 0);
        break;
      case 'exit':
        this.#emit(InternalOpcode.exit, 0, 0, 0, 0);
        break;
      case 'call-kfunc':
        this.#refuse(`kernel functions (BTF id ${i.btfId})`);
        break;
      case 'addr-space-cast':
        this.#refuse('arena address space casts');
        break;
    }
  }

  #alu(i: Extract<Instruction, { kind: 'alu' }>): void {
    const { op, width, dst, source } = i;
    const wide = width === 64;
    const reg = source.kind === 'reg';
    let opcode: number;
    if (op === 'sdiv' || op === 'smod') {
      const base = wide
        ? op === 'sdiv'
          ? InternalOpcode.sdiv64Imm
          : InternalOpcode.smod64Imm
        : op === 'sdiv'
          ? InternalOpcode.sdiv32Imm
          : InternalOpcode.smod32Imm;
      opcode = reg ? base + 8 : base;
    } else {
      opcode = AluCode[op] | (wide ? 0x07 : 0x04) | (reg ? 0x08 : 0);
    }
    this.#emit(
      opcode,
      dst,
      source.kind === 'reg' ? source.reg : 0,
      0,
      source.kind === 'imm' ? source.imm : 0,
    );
  }

  #lddw(i: Extract<Instruction, { kind: 'lddw' }>): void {
    switch (i.source) {
      case 'imm64':
        this.#emit(InternalOpcode.lddw, i.dst, 0, 0, i.imm, i.nextImm);
        break;
      case 'map-index': {
        const lo = BASE + this.#bindings.mapHandle(i.imm);
        this.#emit(InternalOpcode.lddw, i.dst, 0, 0, lo, tagOf(FixedRegion.map));
        break;
      }
      case 'map-value-index': {
        const address = this.#bindings.mapValue(i.imm);
        if (address === null) this.#refuse(`direct value access to map ${i.imm}`);
        this.#emit(InternalOpcode.lddw, i.dst, 0, 0, address.lo + i.nextImm, address.hi);
        break;
      }
      case 'function': {
        const lo = BASE + this.#target(i.imm);
        this.#emit(InternalOpcode.lddw, i.dst, 0, 0, lo, tagOf(FixedRegion.function));
        break;
      }
      case 'map-fd':
      case 'map-value-fd':
        this.#refuse('maps given by file descriptor (the object is not linked)');
        break;
      case 'btf-id':
        this.#refuse(`kernel variables (BTF id ${i.imm})`);
        break;
    }
  }

  /** Word index of the entry at `offset` slots behind the next slot. */
  #target(offset: number): number {
    const { indexOfSlot, instructions, slots } = this.#linked.code;
    const target = this.#slot + offset + 1;
    const index = indexOfSlot[target];
    if (
      index === undefined ||
      index < 0 ||
      index >= instructions.length ||
      slots[index] !== target
    ) {
      throw new InvalidInstructionError(
        `target slot ${target} is not an instruction of the program`,
        this.#slot,
        this.#linked.name,
      );
    }
    return index * this.#stride * ENTRY_WORDS;
  }

  #helper(number: number): number {
    const known = this.#helperIndex.get(number);
    if (known !== undefined) return known;
    this.#helpers.push(this.#bindings.helper(number, this.#slot));
    this.#helperIndex.set(number, this.#helpers.length - 1);
    return this.#helpers.length - 1;
  }

  #refuse(feature: string): never {
    throw new UnsupportedFeatureError(
      `${feature} (program ${this.#linked.name}, instruction ${this.#slot})`,
      'interpreter',
    );
  }
}

function movsxOpcode(width: 32 | 64, fromBits: 8 | 16 | 32): number {
  if (width === 64) {
    if (fromBits === 8) return InternalOpcode.movsx64From8;
    return fromBits === 16 ? InternalOpcode.movsx64From16 : InternalOpcode.movsx64From32;
  }
  // From 32 to 32 bits nothing is left to extend: a plain mov32.
  if (fromBits === 32) return 0xbc;
  return fromBits === 8 ? InternalOpcode.movsx32From8 : InternalOpcode.movsx32From16;
}
