import { AnyBpfError, InternalError } from '@anybpf/bytecode';
import { type Command, type ExitStatus, parseRequest, UsageError, usageOf } from './command.ts';
import { asm } from './commands/asm.ts';
import { backends } from './commands/backends.ts';
import { bench } from './commands/bench.ts';
import { btf } from './commands/btf.ts';
import { conformance } from './commands/conformance.ts';
import { conformancePlugin } from './commands/conformance-plugin.ts';
import { disasm } from './commands/disasm.ts';
import { doctor } from './commands/doctor.ts';
import { inspect } from './commands/inspect.ts';
import { run } from './commands/run.ts';
import { errorText } from './failure.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { VERSION } from './version.ts';

const COMMANDS: readonly Command[] = [
  backends,
  doctor,
  inspect,
  disasm,
  asm,
  run,
  bench,
  conformance,
  conformancePlugin,
  btf,
];

/** Errors that answer the question with no: the program was refused, or did what no program may. */
const NEGATIVE_ANSWERS = new Set(['KERNEL_VERIFIER', 'PROGRAM_FAULT']);

/**
 * The command line of docs: `anybpf VERB ARGS`.
 *
 * @param args without the interpreter and the script
 */
export async function main(
  args: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<ExitStatus> {
  const [verb, ...rest] = args;
  const json = args.includes('--json');
  if ((verb === undefined && !json) || verb === 'help' || verb === '--help' || verb === '-h') {
    terminal.out(overview());
    return verb === undefined ? 2 : 0;
  }
  if (verb === '--version' || verb === '-V') {
    terminal.out(VERSION);
    return 0;
  }
  const command = COMMANDS.find(({ name }) => name === verb);
  if (command === undefined) {
    const reason =
      verb === undefined || verb === '--json'
        ? 'the command is missing'
        : `there is no command "${verb}"`;
    if (json) terminal.out(errorText(new UsageError(reason, 'anybpf COMMAND [ARGUMENTS]')));
    else terminal.err(`anybpf: ${reason}\n\n${overview()}`);
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(`usage: ${usageOf(command)}\n${command.summary}`);
    return 0;
  }
  try {
    return await command.run(parseRequest(command, rest), terminal);
  } catch (error) {
    const known = error instanceof AnyBpfError ? error : unexpected(error, terminal);
    if (json) terminal.out(errorText(known));
    else terminal.err(`anybpf ${verb}: ${known.message}`);
    return NEGATIVE_ANSWERS.has(known.code) ? 1 : 2;
  }
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const rows = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `usage: anybpf COMMAND [ARGUMENTS] [--json]\n\n${rows.join('\n')}\n\nanybpf COMMAND --help shows a command's arguments.`;
}

/** What no command should throw: where it came from is for the report of the bug. */
function unexpected(error: unknown, terminal: Terminal): InternalError {
  if (error instanceof Error && error.stack !== undefined) terminal.err(error.stack);
  return new InternalError(String(error));
}
