import { main } from '../src/main.ts';
import type { Terminal } from '../src/terminal.ts';

export interface CommandResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process and collects what it writes. */
export async function anybpf(args: readonly string[], input = ''): Promise<CommandResult> {
  let out = '';
  let err = '';
  const terminal: Terminal = {
    out: (text) => {
      out += text.endsWith('\n') ? text : `${text}\n`;
    },
    err: (text) => {
      err += text.endsWith('\n') ? text : `${text}\n`;
    },
    progress: () => {},
    readInput: async () => input,
  };
  const status = await main(args, terminal);
  return { status, out, err };
}
