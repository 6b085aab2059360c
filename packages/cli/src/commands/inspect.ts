import {
  type FunctionSpec,
  instructionCounts,
  type MapSpec,
  type ObjectSpec,
  parseObject,
} from '@anybpf/bytecode';
import type { Command } from '../command.ts';
import { reportPerObject } from '../per-object.ts';

export const inspect: Command = {
  name: 'inspect',
  synopsis: 'OBJ',
  summary: 'programs, sections, types, maps, globals, BTF summary, CO-RE relocations',
  options: {},
  positionals: [1, 1],
  run: (request, terminal) =>
    reportPerObject(request, terminal, (bytes) => describe(parseObject(bytes)), format),
};

type Summary = ReturnType<typeof describe>;

function describe(spec: ObjectSpec) {
  const counts = instructionCounts(spec);
  return {
    endianness: spec.endianness,
    license: spec.license,
    // Entry points, then what is only called: each with the subprograms that it pulls in.
    programs: [
      ...spec.programs.map((program) =>
        describeFunction(program, 'program', program.type ?? 'unspec', counts),
      ),
      ...spec.subprograms.map((subprogram) =>
        describeFunction(subprogram, 'subprogram', 'unspec', counts),
      ),
    ],
    maps: spec.maps.filter(({ globals }) => globals === null).map(describeMap),
    globals: spec.maps.flatMap((map) =>
      map.globals === null
        ? []
        : [
            {
              map: map.name,
              section: map.globals.section,
              size: map.valueSize,
              readonly: map.globals.readonly,
              variables: map.globals.variables.map(({ name, offset, size }) => ({
                name,
                offset,
                size,
              })),
            },
          ],
    ),
    btf: spec.btf === null ? null : { types: spec.btf.typeCount, bytes: spec.btf.bytes.length },
    coreRelocations: spec.coreRelocations.length,
  };
}

function describeFunction(
  code: FunctionSpec,
  kind: 'program' | 'subprogram',
  type: string,
  counts: ReadonlyMap<FunctionSpec, number>,
) {
  const { section, name } = code;
  return { section, name, kind, type, instructions: counts.get(code) ?? code.bytes.length / 8 };
}

function describeMap({ name, type, keySize, valueSize, maxEntries, flags }: MapSpec) {
  return { name, type, keySize, valueSize, maxEntries, flags };
}

function format(path: string, summary: Summary): string {
  const lines = [
    `${path}: ${summary.endianness}-endian, license ${summary.license ?? 'none'}, ` +
      (summary.btf === null ? 'no BTF' : `BTF with ${summary.btf.types} types`) +
      `, ${summary.coreRelocations} CO-RE relocations`,
    ...table(
      ['program', 'section', 'type', 'instructions'],
      summary.programs.map(({ name, section, kind, type, instructions }) => [
        name,
        section,
        kind === 'program' ? type : kind,
        String(instructions),
      ]),
    ),
    ...table(
      ['map', 'type', 'key', 'value', 'entries', 'flags'],
      summary.maps.map((map) => [
        map.name,
        map.type,
        String(map.keySize),
        String(map.valueSize),
        String(map.maxEntries),
        `0x${map.flags.toString(16)}`,
      ]),
    ),
    ...table(
      ['global', 'section', 'offset', 'size'],
      summary.globals.flatMap(({ section, variables }) =>
        variables.map(({ name, offset, size }) => [name, section, String(offset), String(size)]),
      ),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [heading, ...rows].map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}
