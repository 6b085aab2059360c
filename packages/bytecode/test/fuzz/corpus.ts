import { readdirSync, readFileSync } from 'node:fs';
import { parseElf } from '../../src/elf/elf-file.ts';
import { mutant, type Random } from '../object/mutate.ts';

const TEST = new URL('../', import.meta.url);

function filesIn(folder: string, ending: string): readonly Uint8Array[] {
  const root = new URL(folder, TEST);
  return readdirSync(root)
    .filter((name) => name.endsWith(ending))
    .map((name) => new Uint8Array(readFileSync(new URL(name, root))));
}

/** Objects of every kind that the tests have. */
export const OBJECTS: readonly Uint8Array[] = [
  ...filesIn('fixtures/', '.o'),
  ...filesIn('fixtures/linked/', '.o'),
];

/** Objects with CO-RE relocations. */
export const PORTABLE_OBJECTS: readonly Uint8Array[] = filesIn('core/fixtures/', '.o');

/** Types that portable objects may be linked against. */
export const TARGET_TYPES: readonly Uint8Array[] = filesIn('core/fixtures/', '.btf');

/** Content of one section of each object that has it. */
export function sectionsNamed(objects: readonly Uint8Array[], name: string): readonly Uint8Array[] {
  return objects.flatMap((bytes) => {
    const elf = parseElf(bytes);
    const section = elf.section(name);
    return section === undefined ? [] : [elf.content(section).slice()];
  });
}

/** An object with mutations in one section alone, which keeps its size. */
export function withMutatedSection(bytes: Uint8Array, name: string, random: Random): Uint8Array {
  const elf = parseElf(bytes);
  const section = elf.section(name);
  if (section === undefined || section.size === 0) return bytes;
  const changed = bytes.slice();
  const content = mutant(random, [elf.content(section)]).subarray(0, section.size);
  changed.set(content, section.offset);
  return changed;
}
