import type { FunctionSpec, MapSpec, ObjectSpec } from '../../object/spec.ts';

const SECTION_ALIGNMENT = 8;

/** One of the objects that are linked together, and where its sections come to stand. */
export interface Input {
  readonly spec: ObjectSpec;
  /** For errors. */
  readonly name: string;
  readonly functions: readonly FunctionSpec[];
  /** First byte of its code in each section. */
  readonly codeBases: ReadonlyMap<string, number>;
  /** First byte of its data in each section; by map name, which is the section's. */
  readonly dataBases: ReadonlyMap<string, number>;
}

/** Puts sections of one name one after another, in the order of the objects. */
export function placeSections(
  specs: readonly ObjectSpec[],
  names: readonly string[],
): readonly Input[] {
  const codeEnds = new Map<string, number>();
  const dataEnds = new Map<string, number>();
  return specs.map((spec, index) => {
    const functions = [...spec.programs, ...spec.subprograms];
    const codeSizes = new Map<string, number>();
    for (const { section, sectionOffset, bytes } of functions) {
      const end = sectionOffset + bytes.length;
      codeSizes.set(section, Math.max(codeSizes.get(section) ?? 0, end));
    }
    const dataMaps = spec.maps.filter(isData);
    return {
      spec,
      name: names[index] ?? `object ${index + 1}`,
      functions,
      codeBases: new Map(
        [...codeSizes].map(([section, size]) => [
          section,
          place(codeEnds, section, size, SECTION_ALIGNMENT),
        ]),
      ),
      dataBases: new Map(
        dataMaps.map(({ name, valueSize, globals }) => [
          name,
          place(dataEnds, name, valueSize, globals?.alignment ?? SECTION_ALIGNMENT),
        ]),
      ),
    };
  });
}

function place(
  ends: Map<string, number>,
  section: string,
  size: number,
  alignment: number,
): number {
  const start = Math.ceil((ends.get(section) ?? 0) / alignment) * alignment;
  ends.set(section, start + size);
  return start;
}

/** Whether a map is a section of variables that the object itself defines. */
export function isData({ globals, name }: MapSpec): boolean {
  return globals !== null && name !== '.kconfig';
}
