import { AnyBpfError, isProgramTypeName, type ProgramTypeName } from '@anybpf/bytecode';

/**
 * One test of a `.data` file: the format of bpf_conformance and uBPF (sections `-- asm`, `-- mem`,
 * `-- raw`, `-- result`, `-- error`), and three sections of our own vectors: `-- test NAME` opens
 * another test in the same file, `-- type` names a program type, `-- packet` gives its packet.
 */
export interface ConformanceTest {
  /** File name without `.data`, and after a slash the name of `-- test` where there are several. */
  readonly name: string;
  /** Assembler text; null when only `raw` is given. */
  readonly asm: string | null;
  /** Encoded little-endian slots that `asm` must assemble to, or the program itself without `asm`. */
  readonly raw: Uint8Array | null;
  /** r1 = address and r2 = length of a copy of it; both 0 when empty. */
  readonly memory: Uint8Array;
  /** The program runs as this type over `packet`, r1 = context; null: as a plain function of memory. */
  readonly programType: ProgramTypeName | null;
  readonly packet: Uint8Array | null;
  readonly expected:
    | { readonly kind: 'r0'; readonly value: bigint }
    /** The backend must refuse it or fault; the text is a hint and not compared. */
    | { readonly kind: 'error'; readonly hint: string };
}

/** A `.data` file that does not follow the format. `line` counts from 1. */
export class DataFileError extends AnyBpfError {
  readonly code = 'DATA_FILE';
  readonly file: string;
  readonly line: number;
  readonly reason: string;

  constructor(file: string, line: number, reason: string) {
    super(`${file}:${line}: ${reason}`);
    this.file = file;
    this.line = line;
    this.reason = reason;
  }
}

interface Section {
  readonly name: string;
  readonly line: number;
  readonly body: string[];
}

/** Sections that carry nothing a backend needs: generator hints and the C source of a test. */
const INFORMATIVE = new Set(['no register offset', 'c', 'ignored']);

/**
 * @param file name for messages and for the tests' names
 * @throws DataFileError
 */
export function parseDataFile(text: string, file: string): ConformanceTest[] {
  const base = file.replace(/\.(data|test)$/, '');
  const tests: ConformanceTest[] = [];
  let name = base;
  let sections = new Map<string, Section>();
  const finish = (line: number): void => {
    if (sections.size > 0) tests.push(buildTest(name, file, line, sections));
    sections = new Map();
  };
  let current: Section | null = null;
  const lines = text.split(/\r?\n/);
  lines.forEach((content, index) => {
    const heading = /^-- (.+?)\s*$/.exec(content)?.[1];
    if (heading === undefined) {
      current?.body.push(content);
      return;
    }
    const line = index + 1;
    const own = /^test (.+)$/.exec(heading)?.[1];
    if (own !== undefined) {
      finish(line);
      name = `${base}/${own}`;
      current = null;
      return;
    }
    if (sections.has(heading)) throw new DataFileError(file, line, `section "${heading}" twice`);
    current = { name: heading, line, body: [] };
    sections.set(heading, current);
  });
  finish(lines.length);
  return tests;
}

function buildTest(
  name: string,
  file: string,
  lastLine: number,
  sections: ReadonlyMap<string, Section>,
): ConformanceTest {
  const known = new Set(['asm', 'raw', 'mem', 'result', 'error', 'type', 'packet']);
  for (const section of sections.values()) {
    if (!known.has(section.name) && !INFORMATIVE.has(section.name)) {
      throw new DataFileError(file, section.line, `unknown section "${section.name}"`);
    }
  }
  const bytes = (key: string): Uint8Array | null => {
    const section = sections.get(key);
    return section === undefined ? null : parseHexBytes(file, section);
  };
  const asm = sections.get('asm');
  const raw = sections.get('raw');
  if (asm === undefined && raw === undefined) {
    throw new DataFileError(file, lastLine, `${name} has neither "asm" nor "raw"`);
  }
  return {
    name,
    asm: asm === undefined ? null : asm.body.join('\n'),
    raw: raw === undefined ? null : parseWords(file, raw),
    memory: bytes('mem') ?? new Uint8Array(0),
    programType: parseProgramType(file, sections.get('type')),
    packet: bytes('packet'),
    expected: parseExpectation(name, file, lastLine, sections),
  };
}

function parseProgramType(file: string, section: Section | undefined): ProgramTypeName | null {
  if (section === undefined) return null;
  const name = stripComments(section.body);
  if (isProgramTypeName(name)) return name;
  throw new DataFileError(file, section.line, `there is no program type "${name}"`);
}

function parseExpectation(
  name: string,
  file: string,
  lastLine: number,
  sections: ReadonlyMap<string, Section>,
): ConformanceTest['expected'] {
  const error = sections.get('error');
  if (error !== undefined) return { kind: 'error', hint: stripComments(error.body) };
  const result = sections.get('result');
  if (result === undefined) {
    throw new DataFileError(file, lastLine, `${name} has neither "result" nor "error"`);
  }
  const text = stripComments(result.body);
  if (!/^(0x[0-9a-f]+|[0-9]+)$/i.test(text)) {
    throw new DataFileError(file, result.line, `result "${text}" is not a number`);
  }
  return { kind: 'r0', value: BigInt.asUintN(64, BigInt(text)) };
}

function stripComments(body: readonly string[]): string {
  return body
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '')
    .join('\n');
}

function parseHexBytes(file: string, section: Section): Uint8Array {
  const digits = stripComments(section.body).replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) {
    throw new DataFileError(file, section.line, `section "${section.name}" is not hex bytes`);
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** One 64-bit number per line, least significant byte first in memory. */
function parseWords(file: string, section: Section): Uint8Array {
  const words = stripComments(section.body).split('\n');
  const view = new DataView(new ArrayBuffer(words.length * 8));
  words.forEach((word, index) => {
    if (!/^(0x)?[0-9a-f]{1,16}$/i.test(word)) {
      throw new DataFileError(file, section.line, `"${word}" is not a 64-bit word`);
    }
    view.setBigUint64(index * 8, BigInt(word.startsWith('0x') ? word : `0x${word}`), true);
  });
  return new Uint8Array(view.buffer);
}
