import type { Btf } from '../btf/btf.ts';
import { type BtfExt, type BtfExtRecords, mergeRecords } from '../btf/btf-ext.ts';
import { lowerBound } from '../elf/search.ts';
import type { CoreRelocationSpec, LineInfo } from './spec.ts';

const SLOT_SIZE = 8;

/** What `.BTF.ext` says about the functions of an object. */
export class DebugInfo {
  readonly #btf: Btf;
  readonly #functions: ReadonlyMap<string, BtfExtRecords>;
  readonly #lines: ReadonlyMap<string, BtfExtRecords>;

  constructor(btf: Btf, ext: BtfExt) {
    this.#btf = btf;
    this.#functions = bySection(btf, ext.functions);
    this.#lines = bySection(btf, ext.lines);
  }

  /** BTF id of the function that begins at that byte of its section; null without. */
  functionId(section: string, offset: number): number | null {
    const records = this.#functions.get(section);
    if (records === undefined) return null;
    const { words, stride } = records;
    const at = firstAtOrAfter(records, offset) * stride;
    const id = words[at] === offset ? words[at + 1] : undefined;
    return id === undefined || id >= this.#btf.typeCount ? null : id;
  }

  /** Line records of a stretch of a section, slots counted from its start. */
  lines(section: string, offset: number, size: number): readonly LineInfo[] {
    const records = this.#lines.get(section);
    if (records === undefined) return [];
    const { words, stride } = records;
    const end = firstAtOrAfter(records, offset + size);
    const lines: LineInfo[] = [];
    for (let record = firstAtOrAfter(records, offset); record < end; record++) {
      const at = record * stride;
      const fileOffset = words[at + 1] as number;
      const textOffset = words[at + 2] as number;
      const lineAndColumn = words[at + 3] as number;
      lines.push({
        slot: Math.floor(((words[at] as number) - offset) / SLOT_SIZE),
        file: this.#btf.string(fileOffset),
        line: lineAndColumn >>> 10,
        column: lineAndColumn & 0x3ff,
        text: this.#btf.string(textOffset),
        fileOffset,
        textOffset,
      });
    }
    return lines;
  }
}

/** All CO-RE relocations, section by section, ascending in each. */
export function coreRelocationsOf(btf: Btf, ext: BtfExt): readonly CoreRelocationSpec[] {
  return [...bySection(btf, ext.coreRelocations)].flatMap(([section, { words, stride }]) =>
    Array.from({ length: words.length / stride }, (_, record) => {
      const at = record * stride;
      return {
        section,
        sectionOffset: words[at] as number,
        typeId: words[at + 1] as number,
        access: btf.string(words[at + 2] as number),
        kind: words[at + 3] as number,
      };
    }),
  );
}

function firstAtOrAfter({ words, stride }: BtfExtRecords, offset: number): number {
  return lowerBound(words.length / stride, (record) => words[record * stride] as number, offset);
}

function bySection(btf: Btf, parts: readonly BtfExtRecords[]): Map<string, BtfExtRecords> {
  const sections = new Map<string, [BtfExtRecords, ...BtfExtRecords[]]>();
  for (const part of parts) {
    const name = btf.string(part.sectionName);
    const known = sections.get(name);
    if (known === undefined) sections.set(name, [part]);
    else known.push(part);
  }
  return new Map([...sections].map(([name, found]) => [name, mergeRecords(found)]));
}
