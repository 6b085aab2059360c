import { SHT_PROGBITS } from '../elf/constants.ts';
import type { ElfFile, ElfSection } from '../elf/elf-file.ts';
import { lowerBound } from '../elf/search.ts';
import { ObjectFormatError } from '../errors.ts';
import { type CodeReference, readCodeReferences } from './code-references.ts';
import type { DebugInfo } from './debug-info.ts';
import type { MapTable } from './located-map.ts';
import type { FunctionSpec } from './spec.ts';

const SLOT_SIZE = 8;

/**
 * Finds the functions of every section that holds code: one per function symbol; the whole section,
 * under the section's name, where no symbol is a function (clang before 6 marked none). In the order
 * of sections and offsets.
 *
 * @throws ObjectFormatError for a function that is no whole number of instructions, leaves its
 * section or overlaps another; two names for the same function are well
 */
export function readFunctions(
  elf: ElfFile,
  maps: MapTable,
  debug: DebugInfo | null,
): readonly FunctionSpec[] {
  return codeSections(elf).flatMap((section) => {
    const references = readCodeReferences(elf, section, maps);
    let last: FunctionSpec | null = null;
    return stretchesOf(elf, section).map(({ name, binding, start, end }) => {
      const known: FunctionSpec | null = last?.sectionOffset === start ? last : null;
      const body = known ?? readBody(elf, section, start, end, references, debug);
      last = { ...body, name, binding, section: section.name, sectionOffset: start };
      return last;
    });
  });
}

/** Names must differ: relocations, line info and programs know a section by its name alone. */
function codeSections(elf: ElfFile): readonly ElfSection[] {
  const sections = elf.sections.filter(
    ({ type, executable, size }) => type === SHT_PROGBITS && executable && size > 0,
  );
  const names = new Set<string>();
  for (const { name, offset } of sections) {
    if (names.has(name)) throw new ObjectFormatError('a second section of code', name, offset);
    names.add(name);
  }
  return sections;
}

type Body = Pick<FunctionSpec, 'bytes' | 'relocations' | 'lines' | 'btfId'>;

function readBody(
  elf: ElfFile,
  section: ElfSection,
  start: number,
  end: number,
  references: readonly CodeReference[],
  debug: DebugInfo | null,
): Body {
  const offsetOf = (index: number): number => references[index]?.offset ?? 0;
  const first = lowerBound(references.length, offsetOf, start);
  const past = lowerBound(references.length, offsetOf, end);
  return {
    bytes: elf.content(section).slice(start, end),
    relocations: references.slice(first, past).map(({ offset, target }) => ({
      slot: (offset - start) / SLOT_SIZE,
      target,
    })),
    lines: debug?.lines(section.name, start, end - start) ?? [],
    btfId: debug?.functionId(section.name, start) ?? null,
  };
}

interface Stretch {
  readonly name: string;
  readonly binding: FunctionSpec['binding'];
  /** Bytes in the section. */
  readonly start: number;
  readonly end: number;
}

function stretchesOf(elf: ElfFile, section: ElfSection): readonly Stretch[] {
  const symbols = elf.symbolsIn(section).filter(({ type }) => type === 'function');
  const stretches: Stretch[] = [];
  // Hand-written assembly may leave out sizes: such a function ends where the next begins.
  let next = section.size;
  let nextButOne = section.size;
  for (const { name, binding, value, size } of symbols.toReversed()) {
    if (value < next) [next, nextButOne] = [value, next];
    const end = size === 0 ? nextButOne : value + size;
    stretches.push({ name, binding, start: value, end });
  }
  stretches.reverse();
  if (stretches.length === 0) {
    stretches.push({ name: section.name, binding: 'global', start: 0, end: section.size });
  }
  let previous: Stretch | null = null;
  for (const stretch of stretches) {
    const fault = faultOf(stretch, previous, section);
    if (fault !== null) {
      throw new ObjectFormatError(
        `function ${stretch.name} (bytes ${stretch.start} to ${stretch.end}) ${fault}`,
        section.name,
        section.offset + Math.min(stretch.start, section.size),
      );
    }
    previous = stretch;
  }
  return stretches;
}

function faultOf(
  { name, start, end }: Stretch,
  previous: Stretch | null,
  { size }: ElfSection,
): string | null {
  if (name === '') return 'has no name';
  if (start % SLOT_SIZE !== 0 || end % SLOT_SIZE !== 0) return 'is no whole number of instructions';
  if (end > size || start >= end) return `does not lie in the ${size} bytes of its section`;
  if (previous === null || start >= previous.end) return null;
  const alias = previous.start === start && previous.end === end;
  return alias ? null : `overlaps ${previous.name}`;
}
