import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { AnyBpfError } from '@anybpf/bytecode';
import type { Terminal } from './terminal.ts';

/** 0: done and good; 1: the answer is negative; 2: the request could not be carried out. */
export type ExitStatus = 0 | 1 | 2;

/** One verb of the command line. */
export interface Command {
  readonly name: string;
  /** Arguments as the usage line shows them, e.g. `OBJ [--program P]`. */
  readonly synopsis: string;
  /** One clause. */
  readonly summary: string;
  readonly options: ParseArgsOptionsConfig;
  /** Least and most positional arguments. */
  readonly positionals: readonly [number, number];
  run(request: Request, terminal: Terminal): Promise<ExitStatus>;
}

/** The parsed command line of one verb. */
export interface Request {
  readonly positionals: readonly string[];
  readonly json: boolean;
  /** A string option; undefined where it was not given. */
  text(name: string): string | undefined;
  /** Every occurrence of a repeatable string option. */
  list(name: string): readonly string[];
  flag(name: string): boolean;
}

/** The arguments do not fit the command. */
export class UsageError extends AnyBpfError {
  readonly code = 'USAGE';
  readonly usage: string;

  constructor(reason: string, usage: string) {
    super(`${reason}\nusage: ${usage}`);
    this.usage = usage;
  }
}

export function usageOf(command: Command): string {
  return `anybpf ${command.name} ${command.synopsis} [--json]`.replace(/\s+/g, ' ');
}

/** @throws UsageError */
export function parseRequest(command: Command, args: readonly string[]): Request {
  const usage = usageOf(command);
  const { values, positionals } = parse(command, args, usage);
  const [least, most] = command.positionals;
  if (positionals.length < least) throw new UsageError('an argument is missing', usage);
  if (positionals.length > most) {
    throw new UsageError(`unexpected argument "${positionals[most]}"`, usage);
  }
  return {
    positionals,
    json: values['json'] === true,
    text(name) {
      const value = values[name];
      return typeof value === 'string' ? value : undefined;
    },
    list(name) {
      const value = values[name];
      return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
    },
    flag: (name) => values[name] === true,
  };
}

function parse(
  command: Command,
  args: readonly string[],
  usage: string,
): { values: Record<string, unknown>; positionals: string[] } {
  try {
    const parsed = parseArgs({
      args: [...args],
      options: { ...command.options, json: { type: 'boolean' } },
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    refuseRepeated(command, parsed.tokens, usage);
    return parsed;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const reason = error instanceof Error ? (error.message.split('. ', 1)[0] ?? '') : String(error);
    throw new UsageError(reason.charAt(0).toLowerCase() + reason.slice(1), usage);
  }
}

/** Of two values for one thing, neither is silently dropped. */
function refuseRepeated(
  command: Command,
  tokens: readonly { readonly kind: string; readonly name?: string }[],
  usage: string,
): void {
  const given = new Set<string>();
  for (const { kind, name } of tokens) {
    if (kind !== 'option' || name === undefined) continue;
    const { type = 'boolean', multiple = false } = command.options[name] ?? {};
    if (given.has(name) && type === 'string' && !multiple) {
      throw new UsageError(`--${name} is given twice`, usage);
    }
    given.add(name);
  }
}
