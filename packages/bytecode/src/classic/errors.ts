import { AnyBpfError } from '../errors.ts';
import type { ClassicDiagnostic } from './diagnostic.ts';

/** Bytes or text that hold no classic BPF program. */
export class ClassicFormatError extends AnyBpfError {
  readonly code = 'CLASSIC_FORMAT';
  readonly reason: string;
  /** Line of the text, counted from 1; null for bytes. */
  readonly line: number | null;

  constructor(reason: string, line: number | null = null) {
    super(`classic BPF: ${line === null ? '' : `line ${line}: `}${reason}`);
    this.reason = reason;
    this.line = line;
  }
}

/** A program that Linux refuses to attach. */
export class InvalidClassicProgramError extends AnyBpfError {
  readonly code = 'CLASSIC_INVALID';
  readonly diagnostics: readonly ClassicDiagnostic[];

  /** @param diagnostics of `validateClassic`, at least one */
  constructor(diagnostics: readonly ClassicDiagnostic[]) {
    const [first] = diagnostics;
    const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : '';
    super(`classic BPF: instruction ${first?.index ?? 0}: ${first?.reason ?? ''}${more}`);
    this.diagnostics = diagnostics;
  }
}

/** A valid instruction that cannot be said in eBPF of the wanted flavour. */
export class UnsupportedClassicError extends AnyBpfError {
  readonly code = 'CLASSIC_UNSUPPORTED';
  /** Index of the instruction. */
  readonly index: number;
  /** The instruction as `disassembleClassic` lists it. */
  readonly instruction: string;
  readonly flavour: string;

  constructor(index: number, instruction: string, flavour: string, reason: string) {
    super(
      `classic BPF: instruction ${index}, ${instruction}: ${reason}, so not available to ${flavour} programs`,
    );
    this.index = index;
    this.instruction = instruction;
    this.flavour = flavour;
  }
}
