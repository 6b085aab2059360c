import type { Btf } from '../btf/btf.ts';
import { skipModifiers } from '../btf/resolve.ts';
import type { BtfType } from '../btf/types.ts';
import type { ElfFile, ElfSection } from '../elf/elf-file.ts';
import { ObjectFormatError } from '../errors.ts';
import { mapFlags } from '../platform/linux/map-flags.ts';
import type { BtfSection } from './btf-sections.ts';
import { checkMapCount, type LocatedMap } from './located-map.ts';
import { mapSpec } from './map-spec.ts';
import type { StructOpsSpec } from './spec.ts';

/** By section name, `?` first where the maps are not created unless asked. */
const SECTIONS: ReadonlyMap<string, { readonly link: boolean; readonly optional: boolean }> =
  new Map(
    [false, true].flatMap((link) =>
      [false, true].map((optional) => [
        `${optional ? '?' : ''}.struct_ops${link ? '.link' : ''}`,
        { link, optional },
      ]),
    ),
  );

/** Bytes of a function pointer. */
const POINTER_SIZE = 8;

type Struct = BtfType & { kind: 'struct' | 'union' };

/**
 * Reads the variables of `.struct_ops` and `.struct_ops.link` as maps of one entry, and which programs
 * their members name, as far as libbpf goes before it knows the kernel: it lays the value out anew for
 * the kernel's own type when it loads it.
 *
 * @throws ObjectFormatError where libbpf would refuse the object
 */
export function readStructOps(
  elf: ElfFile,
  btf: Btf | null,
  described: ReadonlyMap<string, BtfSection>,
): readonly LocatedMap[] {
  return elf.sections.flatMap((section) => {
    const traits = SECTIONS.get(section.name);
    if (traits === undefined || section.size === 0) return [];
    const variables = described.get(section.name)?.variables;
    if (btf === null || variables === undefined) {
      throw new ObjectFormatError(
        'no BTF describes the structures: compile with -g',
        section.name,
        section.offset,
      );
    }
    checkMapCount(variables.length);
    const maps = variables.map(({ type, offset }) => readMap(elf, btf, section, type, offset));
    const members = membersOf(elf, btf, section, maps);
    return maps.map((map, index) => ({
      section: section.index,
      offset: map.offset,
      spec: mapSpec({
        name: map.name,
        type: 'struct_ops',
        keySize: 4,
        valueSize: map.struct.size,
        maxEntries: 1,
        flags: traits.link ? mapFlags.BPF_F_LINK : 0,
        btfValueTypeId: map.structId,
        structOps: {
          type: map.struct.name,
          data: map.data,
          optional: traits.optional,
          members: members[index] ?? [],
        },
      }),
    }));
  });
}

interface Variable {
  readonly name: string;
  /** Bytes in the section. */
  readonly offset: number;
  readonly structId: number;
  readonly struct: Struct;
  readonly data: Uint8Array;
}

function readMap(
  elf: ElfFile,
  btf: Btf,
  section: ElfSection,
  id: number,
  offset: number,
): Variable {
  const reader = elf.reader(section);
  const variable = btf.type(id);
  if (variable.kind !== 'var') throw reader.error(`a ${variable.kind}, not a variable`);
  const { id: structId, type: struct } = skipModifiers(btf, variable.type);
  if (struct.kind !== 'struct' || struct.name === '') {
    throw reader.error(`${variable.name} is of a ${struct.kind} type, not of a named struct`);
  }
  const data = reader.slice(offset, struct.size, `the structure ${variable.name}`).slice();
  return { name: variable.name, offset, structId, struct, data };
}

type Member = StructOpsSpec['members'][number];

function membersOf(
  elf: ElfFile,
  btf: Btf,
  section: ElfSection,
  maps: readonly Variable[],
): readonly (readonly Member[])[] {
  const members = maps.map((): Map<number, Member> => new Map());
  for (const { offset, symbol } of elf.relocations(section)) {
    const at = maps.findIndex(
      (map) => offset >= map.offset && offset < map.offset + map.struct.size,
    );
    const map = maps[at];
    const reader = elf.reader(section);
    if (map === undefined) throw reader.error(`a reference outside every structure`, offset);
    const inMap = offset - map.offset;
    const index = map.struct.members.findIndex(({ bitOffset }) => bitOffset === inMap * 8);
    const member = map.struct.members[index];
    if (member === undefined || !isFunctionPointer(btf, member.type)) {
      throw reader.error(
        `byte ${inMap} of ${map.name} names a program, but is no function`,
        offset,
      );
    }
    // Static programs are none: only a symbol of its own names one.
    const program = elf.sections[symbol.section]?.executable === true ? symbol.name : '';
    if (symbol.type !== 'function' || program === '') {
      throw reader.error(`${map.name}.${member.name} names no program`, offset);
    }
    map.data.fill(0, inMap, inMap + POINTER_SIZE);
    members[at]?.set(index, { name: member.name, index, program });
  }
  return members.map((list) => [...list.values()].sort((a, b) => a.index - b.index));
}

function isFunctionPointer(btf: Btf, id: number): boolean {
  const { type } = skipModifiers(btf, id);
  return type.kind === 'ptr' && skipModifiers(btf, type.type).type.kind === 'func-proto';
}
