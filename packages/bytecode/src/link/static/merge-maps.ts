import { takeMapName } from '../../object/map-names.ts';
import type { GlobalData, GlobalVariable, MapSpec } from '../../object/spec.ts';
import { type Input, isData } from './input.ts';
import type { MergedBtf } from './merge-btf.ts';
import type { SymbolTable } from './symbol-table.ts';

/**
 * Names for maps that are static in their object and share their name with a map of another one: `.2`,
 * `.3` and so on are added, so that they stay apart. By object: new name by old one.
 */
export function renameStaticMaps(
  inputs: readonly Input[],
): ReadonlyMap<Input, ReadonlyMap<string, string>> {
  const taken = new Set(inputs.flatMap(({ spec }) => spec.globals.map(({ name }) => name)));
  return new Map(
    inputs.map((input) => {
      const own = new Set(input.spec.globals.map(({ name }) => name));
      const names = new Map<string, string>();
      for (const map of input.spec.maps) {
        if (map.globals !== null || own.has(map.name)) continue;
        const name = takeMapName(map.name, taken);
        if (name !== map.name) names.set(map.name, name);
      }
      return [input, names];
    }),
  );
}

/**
 * The maps of all objects: each that is defined, in the order of the objects; then the sections of
 * variables, joined by name; then struct_ops. Kernel configuration values are laid out anew by others.
 */
export function mergeMaps(
  inputs: readonly Input[],
  symbols: SymbolTable,
  merged: MergedBtf,
  mapNames: ReadonlyMap<Input, ReadonlyMap<string, string>>,
): readonly MapSpec[] {
  const lost = new Set(
    symbols.overridden.flatMap(({ place }) => (place.kind === 'map' ? [place.map] : [])),
  );
  const own = inputs.flatMap((input) =>
    input.spec.maps
      .filter((map) => map.globals === null && !lost.has(map))
      .map((map) => moved(map, input, merged, mapNames.get(input) ?? new Map())),
  );
  const isStructOps = ({ type }: MapSpec): boolean => type === 'struct_ops';
  return [
    ...own.filter((map) => !isStructOps(map)),
    ...mergeData(inputs, symbols, merged),
    ...own.filter(isStructOps),
  ];
}

function moved(
  map: MapSpec,
  input: Input,
  merged: MergedBtf,
  names: ReadonlyMap<string, string>,
): MapSpec {
  const ids = merged.ids.get(input);
  return {
    ...map,
    name: names.get(map.name) ?? map.name,
    btfKeyTypeId: ids?.[map.btfKeyTypeId] ?? 0,
    btfValueTypeId: ids?.[map.btfValueTypeId] ?? 0,
    inner: map.inner === null ? null : moved(map.inner, input, merged, names),
    initialSlots: map.initialSlots.map(({ index, symbol }) => ({
      index,
      symbol: names.get(symbol) ?? symbol,
    })),
  };
}

function mergeData(
  inputs: readonly Input[],
  symbols: SymbolTable,
  merged: MergedBtf,
): readonly MapSpec[] {
  const sections = new Map<string, { map: MapSpec; globals: GlobalData }>();
  for (const input of inputs) {
    for (const map of input.spec.maps) {
      if (map.globals === null || !isData(map)) continue;
      const base = input.dataBases.get(map.name) ?? 0;
      const before = sections.get(map.name);
      const data = new Uint8Array(base + map.valueSize);
      data.set(before?.globals.data ?? []);
      data.set(map.globals.data, base);
      sections.set(map.name, {
        map: before?.map ?? map,
        globals: {
          ...map.globals,
          data,
          alignment: Math.max(before?.globals.alignment ?? 1, map.globals.alignment ?? 8),
          variables: [
            ...(before?.globals.variables ?? []),
            ...variablesOf(input, map, base, symbols, merged),
          ],
        },
      });
    }
  }
  return [...sections.values()].map(({ map, globals }) => ({
    ...map,
    valueSize: globals.data.length,
    btfValueTypeId: merged.sections.get(map.name) ?? 0,
    globals,
  }));
}

/** Without those that another object overrides: a name stands for one variable. */
function variablesOf(
  input: Input,
  map: MapSpec,
  base: number,
  { overridden }: SymbolTable,
  merged: MergedBtf,
): readonly GlobalVariable[] {
  const lost = new Set(
    overridden.flatMap(({ input: of, place }) =>
      of === input && place.kind === 'variable' && place.map === map.name ? [place.offset] : [],
    ),
  );
  return (map.globals?.variables ?? [])
    .filter(({ offset }) => !lost.has(offset))
    .map((variable) => ({
      ...variable,
      offset: variable.offset + base,
      btfId: merged.ids.get(input)?.[variable.btfId] ?? 0,
    }));
}
