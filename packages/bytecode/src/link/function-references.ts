import type { Endianness } from '../isa/instruction.ts';
import type { FunctionSpec, RelocationSpec } from '../object/spec.ts';

/** An instruction that names a function of the object. */
export interface FunctionReference {
  /** From the start of the function that holds it. */
  readonly slot: number;
  /** `address`: lddw of a callback. */
  readonly kind: 'call' | 'address';
  readonly section: string;
  readonly sectionOffset: number;
}

const SLOT_SIZE = 8;
const OPCODE_LDDW = 0x18;
const OPCODE_CALL = 0x85;
/** Value of `src` in a bpf2bpf call (BPF_PSEUDO_CALL) and in lddw of a function (BPF_PSEUDO_FUNC). */
export const PSEUDO_CALL = 1;
export const PSEUDO_FUNCTION = 4;

/**
 * Finds the instructions of a function that name functions, by relocation or, within a section, by
 * their own offset; ascending by slot.
 */
export function functionReferences(
  { bytes, section, sectionOffset, relocations }: FunctionSpec,
  endianness: Endianness,
): readonly FunctionReference[] {
  const little = endianness === 'little';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const references: FunctionReference[] = [];
  let next = 0;
  for (let slot = 0; slot * SLOT_SIZE < bytes.length; slot++) {
    const opcode = view.getUint8(slot * SLOT_SIZE);
    if (opcode !== OPCODE_CALL && opcode !== OPCODE_LDDW) continue;
    while ((relocations[next]?.slot ?? slot) < slot) next++;
    const relocation = relocations[next];
    const target = relocation?.slot === slot ? relocation.target : null;
    const kind = opcode === OPCODE_CALL ? 'call' : 'address';
    if (target === null) {
      const registers = view.getUint8(slot * SLOT_SIZE + 1);
      const src = little ? registers >> 4 : registers & 15;
      if (src === (kind === 'call' ? PSEUDO_CALL : PSEUDO_FUNCTION)) {
        const imm = view.getInt32(slot * SLOT_SIZE + 4, little);
        const at = sectionOffset + (slot + 1 + imm) * SLOT_SIZE;
        references.push({ slot, kind, section, sectionOffset: at });
      }
    } else if (target.kind === 'function') {
      references.push({ slot, kind, ...placeOf(target) });
    }
    if (kind === 'address') slot++;
  }
  return references;
}

function placeOf(target: RelocationSpec['target'] & { kind: 'function' }): {
  section: string;
  sectionOffset: number;
} {
  return { section: target.section, sectionOffset: target.sectionOffset };
}
