import type { ByteReader } from '../elf/byte-reader.ts';
import { COMMON_WORDS, layoutOf } from './kinds.ts';

export interface TypeIndexInput {
  /** The type section as host-order words. */
  readonly words: Uint32Array;
  /** The type section, for errors. */
  readonly section: ByteReader;
  /** Id of the first type of the section. */
  readonly firstId: number;
  /** String offsets below this exist. */
  readonly stringsEnd: number;
}

/**
 * Finds where each type begins, in words, and checks that every one lies within the section, is of a
 * known kind, and refers to types and strings that exist.
 *
 * @throws ObjectFormatError
 */
export function indexTypes(input: TypeIndexInput): Uint32Array {
  const { words, section, firstId, stringsEnd } = input;
  const offsets = new Uint32Array(Math.floor(words.length / COMMON_WORDS));
  let count = 0;
  let largestId = 0;
  let at = 0;
  while (at < words.length) {
    const info = at + 1 < words.length ? (words[at + 1] as number) : 0;
    const layout = layoutOf(info);
    if (layout === null) {
      throw section.error(
        `type ${firstId + count} has kind ${(info >>> 24) & 31}, which BTF does not know`,
        at * 4,
      );
    }
    const { fixedTypes, entry, entryType } = layout;
    const entries = at + COMMON_WORDS + layout.fixed;
    const end = entries + entry * (info & 0xffff);
    if (end > words.length) {
      throw section.error(`type ${firstId + count} ends after the type section`, at * 4);
    }
    let worstName = words[at] as number;
    if (layout.refers) largestId = Math.max(largestId, words[at + 2] as number);
    for (let word = 0; word < fixedTypes; word++) {
      largestId = Math.max(largestId, words[at + COMMON_WORDS + word] as number);
    }
    if (layout.entryName) {
      for (let from = entries; from < end; from += entry) {
        const name = words[from] as number;
        if (name > worstName) worstName = name;
      }
    }
    if (entryType >= 0) {
      for (let from = entries + entryType; from < end; from += entry) {
        const id = words[from] as number;
        if (id > largestId) largestId = id;
      }
    }
    if (worstName >= stringsEnd) {
      throw section.error(
        `type ${firstId + count}: there is no string ${worstName} (${stringsEnd} here)`,
        at * 4,
      );
    }
    offsets[count++] = at;
    at = end;
  }
  if (section.length % 4 !== 0) {
    throw section.error(`type ${firstId + count - 1} ends after the type section`, at * 4);
  }
  if (largestId >= firstId + count) throw danglingReference(input, offsets.subarray(0, count));
  return offsets.slice(0, count);
}

/** The error for the first type that refers to one that does not exist. */
function danglingReference(
  { words, section, firstId }: TypeIndexInput,
  offsets: Uint32Array,
): Error {
  const limit = firstId + offsets.length;
  for (const [index, at] of offsets.entries()) {
    const info = words[at + 1] as number;
    const layout = layoutOf(info);
    if (layout === null) continue;
    const entries = at + COMMON_WORDS + layout.fixed;
    const places = [
      ...(layout.refers ? [at + 2] : []),
      ...Array.from({ length: layout.fixedTypes }, (_, word) => at + COMMON_WORDS + word),
      ...Array.from(
        { length: layout.entryType < 0 ? 0 : info & 0xffff },
        (_, entry) => entries + entry * layout.entry + layout.entryType,
      ),
    ];
    const bad = places.find((place) => (words[place] as number) >= limit);
    if (bad !== undefined) {
      return section.error(
        `type ${firstId + index}: there is no type ${words[bad]} (${limit} here)`,
        bad * 4,
      );
    }
  }
  return section.error('a reference to a type that does not exist');
}
