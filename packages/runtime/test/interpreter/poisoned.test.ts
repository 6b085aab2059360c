import { readFileSync } from 'node:fs';
import { linkObject, parseBtf, parseObject, trustWithoutVerification } from '@anybpf/bytecode';
import { expect, it } from 'vitest';
import { createInterpreter, type Program, ProgramFault } from '../../src/index.ts';

const FIXTURES = new URL('../../../bytecode/test/core/fixtures/', import.meta.url);

function read(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, FIXTURES)));
}

async function loadPoisoned(name: string): Promise<Program> {
  const linked = linkObject(parseObject(read('poisoned.bpfel.o')), {
    programs: [name],
    targetBtf: parseBtf(read('target.bpfel.btf')),
  });
  const verified = trustWithoutVerification(linked, 'a test');
  const object = await createInterpreter().load(verified, { defaultProgramType: 'syscall' });
  const program = object.programs.get(name);
  if (program === undefined) throw new Error(`no program ${name}`);
  return program;
}

it('behind a guard, what the target lacks is no obstacle', async () => {
  const program = await loadPoisoned('guarded');
  expect(program.linked.coreFailures).not.toEqual([]);
  const context = new Uint8Array(256).fill(7);
  expect(program.run({ context }).verdict).toBe(0x07070707);
});

it('reached, the fault says which relocation failed, where and why', async () => {
  const program = await loadPoisoned('load');
  const fault = (): unknown => program.run({ context: new Uint8Array(64) });
  expect(fault).toThrow(ProgramFault);
  expect(fault).toThrow(
    /^load: instruction 0 \(\.\/poisoned\.c:8\): its CO-RE relocation has failed, field_byte_offset of struct moved\.dropped \(0:0\): /,
  );
});
