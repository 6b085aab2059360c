import type { Instruction, InstructionStream } from './instruction.ts';
import type { ConformanceGroup, IsaVersion, Opcode } from './opcode.ts';
import { opcodeOf } from './opcodes.ts';

/** Conformance group of one instruction (RFC 9669 section 2.4); null: an extension of Linux. */
export function conformanceGroupOf(instruction: Instruction): ConformanceGroup | null {
  return opcodeOf(instruction).group;
}

/** The groups that a stream needs, each named once; a 64-bit group implies its 32-bit one. */
export function conformanceGroupsOf(stream: InstructionStream): ReadonlySet<ConformanceGroup> {
  const groups = new Set<ConformanceGroup>();
  for (const opcode of distinctOpcodes(stream)) {
    if (opcode.group !== null) groups.add(opcode.group);
  }
  return groups;
}

const VERSIONS: readonly IsaVersion[] = ['v1', 'v2', 'v3', 'v4', 'kernel'];

/** Lowest instruction set version that has every instruction of a stream. */
export function isaVersionOf(stream: InstructionStream): IsaVersion {
  let highest = 0;
  for (const opcode of distinctOpcodes(stream)) {
    highest = Math.max(highest, VERSIONS.indexOf(opcode.since));
  }
  return VERSIONS[highest] ?? 'v1';
}

function distinctOpcodes(stream: InstructionStream): ReadonlySet<Opcode> {
  return new Set(stream.instructions.map(opcodeOf));
}
