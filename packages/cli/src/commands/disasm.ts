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
          ...programs.map(({ name, section, text }) => `${path}: ${name} (${section})\n${text}`),
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
  }));
  return { programs: listed, failures: linked.failures.map(({ message }) => message) };
}
