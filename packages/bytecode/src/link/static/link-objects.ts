import { LinkError } from '../../errors.ts';
import { divideFunctions } from '../../object/entry-points.ts';
import { sortExterns } from '../../object/externs.ts';
import { KCONFIG_MAP, kconfigMap } from '../../object/kconfig-map.ts';
import type {
  CoreRelocationSpec,
  FunctionSpec,
  GlobalSymbol,
  ObjectSpec,
} from '../../object/spec.ts';
import { linux } from '../../platform/linux/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Input, placeSections } from './input.ts';
import { mergeBtf } from './merge-btf.ts';
import { mergeExterns } from './merge-externs.ts';
import { mergeMaps, renameStaticMaps } from './merge-maps.ts';
import { InputRelocator } from './relocate-input.ts';
import { SymbolTable } from './symbol-table.ts';

export interface LinkObjectsOptions {
  /** Names of the objects in errors, e.g. their paths. Default `object 1` and so on. */
  readonly names?: readonly string[];
  /** Whose section names the objects use. Default: Linux. */
  readonly platform?: Platform;
}

/**
 * Makes one object of several, by the rules of libbpf's linker (`bpftool gen object`): sections of one
 * name one after another, symbols of one object resolved by the definitions of the others, the first
 * of weak definitions unless there is a strong one, static functions, maps and variables kept apart.
 * Types are put together without being joined.
 *
 * @throws LinkError where two objects define one name, disagree on the type of one, or differ in byte
 * order, licence or version; it names both
 */
export function linkObjects(
  specs: readonly ObjectSpec[],
  options: LinkObjectsOptions = {},
): ObjectSpec {
  const { names = [], platform = linux } = options;
  const inputs = placeSections(specs, names);
  const [first] = inputs;
  if (first === undefined) throw new LinkError('there are no objects to link');
  const { endianness } = first.spec;
  checkEqual(inputs, 'byte order', ({ spec }) => spec.endianness);

  const symbols = new SymbolTable(inputs);
  const merged = mergeBtf(inputs, symbols, endianness);
  const externs = sortExterns(mergeExterns(inputs, symbols, merged), merged.btf);
  const weak = new Map(externs.map((extern) => [extern.name, extern.weak]));
  const mapNames = renameStaticMaps(inputs);
  const relocators = inputs.map(
    (input) => new InputRelocator(input, symbols, merged, mapNames.get(input) ?? new Map(), weak),
  );
  const functions = relocators.flatMap((relocator) => relocator.functions());
  const maps = mergeMaps(inputs, symbols, merged, mapNames);
  const kconfig = kconfigMap(merged.btf, externs, merged.sections.get(KCONFIG_MAP) ?? 0);
  return {
    endianness,
    license: checkEqual(inputs, 'licence', ({ spec }) => spec.license),
    version: checkEqual(inputs, 'version', ({ spec }) => spec.version),
    ...divideFunctions(bySection(functions), platform),
    maps: kconfig === null ? maps : [...maps, kconfig],
    globals: inputs.flatMap((input) => globalsOf(input, symbols)),
    externs,
    btf: merged.btf,
    coreRelocations: bySection(
      relocators.flatMap((relocator): readonly CoreRelocationSpec[] => relocator.coreRelocations()),
    ),
  };
}

/** What all objects say that say anything; null where none does. */
function checkEqual<T extends string | number>(
  inputs: readonly Input[],
  what: string,
  get: (input: Input) => T | null,
): T | null {
  let chosen: { readonly value: T; readonly input: Input } | null = null;
  for (const input of inputs) {
    const value = get(input);
    if (value === null) continue;
    if (chosen !== null && chosen.value !== value) {
      throw new LinkError(
        `the ${what} of ${chosen.input.name} is ${chosen.value}, that of ${input.name} ${value}`,
      );
    }
    chosen ??= { value, input };
  }
  return chosen?.value ?? null;
}

/** Section by section in the order of their first appearance, ascending in each. */
function bySection<T extends Pick<FunctionSpec, 'section' | 'sectionOffset'>>(
  items: readonly T[],
): readonly T[] {
  const sections = new Map<string, T[]>();
  for (const item of items) {
    const known = sections.get(item.section);
    if (known === undefined) sections.set(item.section, [item]);
    else known.push(item);
  }
  return [...sections.values()].flatMap((list) =>
    list.sort((a, b) => a.sectionOffset - b.sectionOffset),
  );
}

function globalsOf(input: Input, symbols: SymbolTable): readonly GlobalSymbol[] {
  return input.spec.globals
    .filter(({ name }) => symbols.get(name)?.input === input)
    .map((symbol) => {
      const base = input.dataBases.get(symbol.map) ?? 0;
      const { variable } = symbol;
      return {
        ...symbol,
        variable: variable && { ...variable, offset: variable.offset + base },
      };
    });
}
