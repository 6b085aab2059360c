import type { Btf } from '../btf/btf.ts';

/** A DATASEC: what BTF says about the variables of an ELF section. */
export interface BtfSection {
  /** BTF id of the DATASEC. */
  readonly id: number;
  /** `type` is the id of a VAR; of a FUNC where functions are extern. */
  readonly variables: readonly {
    readonly type: number;
    readonly offset: number;
    readonly size: number;
  }[];
}

/** Sections of variables by name; the first of each name counts, as in libbpf. */
export function btfSections(btf: Btf | null): ReadonlyMap<string, BtfSection> {
  const sections = new Map<string, BtfSection>();
  for (let id = 1; btf !== null && id < btf.typeCount; id++) {
    if (btf.kind(id) !== 'datasec') continue;
    const section = btf.type(id);
    if (section.kind !== 'datasec' || sections.has(section.name)) continue;
    sections.set(section.name, { id, variables: section.variables });
  }
  return sections;
}
