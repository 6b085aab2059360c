import { LinkError } from '../../errors.ts';
import type { ExternSpec } from '../../object/spec.ts';
import type { Input } from './input.ts';
import type { MergedBtf } from './merge-btf.ts';
import type { SymbolTable } from './symbol-table.ts';

/**
 * What no object defines, each name once: strong where one object needs it.
 *
 * @throws LinkError where objects look for one name in different places
 */
export function mergeExterns(
  inputs: readonly Input[],
  symbols: SymbolTable,
  merged: MergedBtf,
): readonly ExternSpec[] {
  const externs = new Map<string, { spec: ExternSpec; input: Input }>();
  for (const input of inputs) {
    const ids = merged.ids.get(input);
    const typeId = (id: number): number => ids?.[id] ?? 0;
    for (const extern of input.spec.externs) {
      if (symbols.get(extern.name) !== undefined) continue;
      const known = externs.get(extern.name);
      if (known !== undefined && known.spec.source !== extern.source) {
        throw new LinkError(
          `${known.input.name} wants ${extern.name} from ${PLACES[known.spec.source]}, ${input.name} from ${PLACES[extern.source]}`,
        );
      }
      const { map } = extern;
      externs.set(extern.name, {
        input: known?.input ?? input,
        spec: known
          ? { ...known.spec, weak: known.spec.weak && extern.weak }
          : {
              ...extern,
              btfId: typeId(extern.btfId),
              map: map && {
                ...map,
                btfKeyTypeId: typeId(map.btfKeyTypeId),
                btfValueTypeId: typeId(map.btfValueTypeId),
              },
            },
      });
    }
  }
  return [...externs.values()].map(({ spec }) => spec);
}

const PLACES: Readonly<Record<ExternSpec['source'], string>> = {
  kconfig: 'the kernel configuration',
  kernel: 'the kernel',
  object: 'another object',
};
