import { disassemble, linkObject, parseObject } from '@anybpf/bytecode';
import { type Command, type Request, UsageError, usageOf } from '../command.ts';
import { reportPerObject } from '../per-object.ts';
import { syntaxOption } from '../syntax.ts';

export const disasm: Command = {
  name: 'disasm',
  synopsis: 'OBJ [--program P] [--syntax llvm|ubpf]',
  summary: 'disassembly, with source lines where BTF has them',
  options: { program: { type: 'string' }, syntax: { type: 'string' } },
  positionals: [1, 1],
  run(request, terminal) {
    const usage = usageOf(this);
    return reportPerObject(
      request,
      terminal,
      (bytes) => listPrograms(bytes, request, usage),
      (path, { programs, failures }) =>
        [
          ...programs.map(
            ({ name, section, text, slots }) =>
              `${path}: ${name} (${section})\n${numbered(text, slots)}`,
          ),
          ...failures.map((message) => `${path}: not linked: ${message}`),
        ].join('\n'),
    );
  },
};

function listPrograms(bytes: Uint8Array, request: Request, usage: string) {
  const syntax = syntaxOption(request, usage);
  const wanted = request.text('program');
  const spec = parseObject(bytes);
  const names = spec.programs.map(({ name }) => name);
  if (wanted !== undefined && !names.includes(wanted)) {
    throw new UsageError(`there is no program "${wanted}"; there are: ${names.join(', ')}`, usage);
  }
  const linked = linkObject(spec, wanted === undefined ? {} : { programs: [wanted] });
  const listed = linked.programs.map(({ name, section, code, lines }) => ({
    name,
    section,
    text: disassemble(code, { ...syntax, lines }),
    slots: [...code.slots],
  }));
  return { programs: listed, failures: linked.failures.map(({ message }) => message) };
}

/**
 * Each instruction behind its slot, the number that faults and verifiers name. The assembler takes the
 * numbers as labels, so that the listing assembles again.
 */
function numbered(text: string, slots: readonly number[]): string {
  const width = String(slots.at(-1) ?? 0).length;
  let index = 0;
  return text
    .split('\n')
    .map((line) => {
      const isInstruction = line !== '' && !/^\s*[;#]/.test(line) && !/:\s*$/.test(line);
      return isInstruction ? `${String(slots[index++]).padStart(width)}: ${line}` : line;
    })
    .join('\n');
}
