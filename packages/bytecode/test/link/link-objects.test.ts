import { describe, expect, test } from 'vitest';
import {
  LinkError,
  type LinkedObject,
  linkObject,
  linkObjects,
  type ObjectSpec,
  parseBtf,
  parseObject,
} from '../../src/index.ts';
import { BYTE_ORDERS, fixture } from '../object/fixtures.ts';

describe.each(BYTE_ORDERS)('several objects as one, %s', (order) => {
  const names = ['main', 'flows', 'library'] as const;
  const parse = (name: string): ObjectSpec => parseObject(fixture(`linked/${name}`, order));
  const spec = linkObjects(names.map(parse), { names });
  const linked = linkObject(spec, { kconfig: { CONFIG_HZ: '250', CONFIG_BPF: 'y' } });
  const program = (name: string, object: LinkedObject = linked) => {
    const found = object.programs.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  };

  test('everything that one object defines for another is found', () => {
    expect(linked.failures).toEqual([]);
    expect(spec.externs.map(({ name }) => name)).toEqual([
      'CONFIG_HZ',
      'CONFIG_BPF',
      'bpf_no_such_function',
    ]);
    expect(linkObject(parse('main')).failures.map(({ program: of }) => of)).toEqual([
      'first',
      'second',
    ]);
  });

  test('programs of one section in the order of the objects', () => {
    expect(
      spec.programs.map(({ name, section, sectionOffset }) => [name, section, sectionOffset]),
    ).toEqual([
      ['first', 'xdp', 0],
      ['third', 'xdp', 352],
      ['second', 'tc', 0],
    ]);
    // The library's functions were its programs while it stood alone.
    expect(parse('library').programs.map(({ name }) => name)).toEqual(['clamp', 'choose']);
  });

  test('static functions stay apart, strong definitions replace weak ones', () => {
    const parts = program('first').functions.map(({ name, slot, length }) => [name, slot, length]);
    expect(parts).toEqual([
      ['first', 0, 44],
      ['count', 44, 41],
      ['helper', 85, 8],
      ['helper', 93, 10],
      ['clamp', 103, 8],
      ['helper', 111, 6],
      ['choose', 117, 10],
    ]);
    expect(program('third').functions.map(({ name, length }) => [name, length])).toEqual([
      ['third', 47],
      ['helper', 8],
    ]);
  });

  test('sections of variables are joined with their alignment', () => {
    const data = spec.maps.flatMap(({ name, valueSize, globals }) =>
      globals === null
        ? []
        : [
            [
              name,
              valueSize,
              globals.variables.map((each) => `${each.name}@${each.offset}`).join(),
            ],
          ],
    );
    expect(data).toEqual([
      // 5 bytes of main, aligned to 4, then those of flows.
      ['.rodata', 12, 'greeting@0,limit@8'],
      // The weak `mode` of main keeps its bytes, but no name.
      ['.data', 24, 'calls@4,seen@8,mode@16,calls@20'],
      ['.bss', 16, 'tail@0'],
      ['.kconfig', 5, 'CONFIG_HZ@0,CONFIG_BPF@4'],
    ]);
  });

  test('references reach variables and maps of other objects', () => {
    const { maps } = linked;
    const references = program('second').code.instructions.flatMap((each) =>
      each.kind === 'lddw' ? [`${maps[each.imm]?.name} ${each.source} ${each.nextImm}`] : [],
    );
    const offset = (map: string, name: string) =>
      maps
        .find((each) => each.name === map)
        ?.globals?.variables.find((variable) => variable.name === name)?.offset;
    expect(references.slice(0, 2)).toEqual([
      `.rodata map-value-index ${offset('.rodata', 'limit')}`,
      `.data map-value-index ${offset('.data', 'seen')}`,
    ]);
    const flows = maps.findIndex(({ name }) => name === 'flows');
    expect(
      program('first').code.instructions.some(
        (each) => each.kind === 'lddw' && each.source === 'map-index' && each.imm === flows,
      ),
    ).toBe(true);
  });

  test('types, lines and sections of variables follow', () => {
    const { btf } = linked;
    for (const { functions, lines } of linked.programs) {
      for (const { btfId, name } of functions) {
        expect(btf?.type(btfId ?? 0)).toMatchObject({ kind: 'func', name });
      }
      for (const { text, textOffset, file, fileOffset } of lines) {
        expect([btf?.string(textOffset), btf?.string(fileOffset)]).toEqual([text, file]);
      }
    }
    for (const { name, globals, btfValueTypeId, valueSize } of linked.maps) {
      if (globals === null) continue;
      const section = btf?.type(btfValueTypeId);
      expect(section).toMatchObject({ kind: 'datasec', name, size: valueSize });
      for (const variable of globals.variables) {
        expect(btf?.type(variable.btfId)).toMatchObject({ kind: 'var', name: variable.name });
      }
    }
    const flows = linked.maps.find(({ name }) => name === 'flows');
    expect(btf?.type(flows?.btfKeyTypeId ?? 0)).toMatchObject({ kind: 'struct', name: 'flow' });
    expect(btf?.type(flows?.btfValueTypeId ?? 0)).toMatchObject({ name: 'totals' });
    expect(parseBtf(btf?.bytes ?? new Uint8Array(0)).typeCount).toBe(btf?.typeCount);
  });

  test('the order of the objects decides places, not meaning', () => {
    const other = linkObject(linkObjects([...names].reverse().map(parse)), {});
    expect(other.failures).toEqual([]);
    for (const { name, code } of linked.programs) {
      expect(program(name, other).code.instructions.length).toBe(code.instructions.length);
    }
  });

  test('one object alone stays what it is', () => {
    const alone = parseObject(fixture('programs', order));
    const again = linkObjects([alone]);
    expect(linkObject(again).programs.map(({ name, code }) => [name, code.bytes])).toEqual(
      linkObject(alone).programs.map(({ name, code }) => [name, code.bytes]),
    );
    expect(again.maps.map(({ name, globals }) => [name, globals?.data])).toEqual(
      alone.maps.map(({ name, globals }) => [name, globals?.data]),
    );
  });

  test('CO-RE relocations move along', () => {
    const alone = parseObject(fixture('core', order));
    const { coreRelocations, btf } = linkObjects([parse('static-one'), alone]);
    expect(coreRelocations).toHaveLength(alone.coreRelocations.length);
    for (const [index, { typeId, access, kind, section }] of coreRelocations.entries()) {
      const before = alone.coreRelocations[index];
      expect({ access, kind, section }).toEqual({
        access: before?.access,
        kind: before?.kind,
        section: before?.section,
      });
      expect(btf?.name(typeId)).toBe(alone.btf?.name(before?.typeId ?? 0));
    }
  });

  test('static maps of one name stay apart', () => {
    const both = linkObjects([parse('static-one'), parse('static-two')]);
    expect(
      both.maps.flatMap(({ name, maxEntries, globals }) => (globals ? [] : [[name, maxEntries]])),
    ).toEqual([
      ['local', 1],
      ['local.2', 2],
    ]);
    const object = linkObject(both);
    const mapOf = (name: string) =>
      program(name, object).code.instructions.flatMap((each) =>
        each.kind === 'lddw' && each.source === 'map-index' ? [both.maps[each.imm]?.name] : [],
      );
    expect([mapOf('one'), mapOf('two')]).toEqual([['local'], ['local.2']]);
  });
});

describe('objects that do not fit together', () => {
  const main = parseObject(fixture('linked/main'));
  const flows = parseObject(fixture('linked/flows'));
  const refuse = (specs: readonly ObjectSpec[], reason: string) => {
    expect(() => linkObjects(specs, { names: ['a.o', 'b.o'] })).toThrow(LinkError);
    expect(() => linkObjects(specs, { names: ['a.o', 'b.o'] })).toThrow(reason);
  };

  test('none', () => refuse([], 'there are no objects to link'));
  test('two strong definitions', () =>
    refuse([flows, flows], 'third is defined by a.o and by b.o'));
  test('byte orders', () =>
    refuse(
      [main, parseObject(fixture('linked/flows', 'bpfeb'))],
      'the byte order of a.o is little, that of b.o big',
    ));
  test('licences', () =>
    refuse([main, { ...flows, license: 'MIT' }], 'the licence of a.o is GPL, that of b.o MIT'));
  test('an extern map of another size', () => {
    const maps = flows.maps.map((map) => (map.name === 'flows' ? { ...map, maxEntries: 65 } : map));
    refuse([main, { ...flows, maps }], 'b.o and a.o disagree on map flows: maxEntries 65 and 64');
  });
  test('an extern function of another type', () => {
    const id = flows.externs.length;
    expect(id).toBe(0);
    const clamp = main.externs.find(({ name }) => name === 'clamp');
    const externs = main.externs.map((each) =>
      each.name === 'count' ? { ...each, btfId: clamp?.btfId ?? 0 } : each,
    );
    refuse([{ ...main, externs }, flows], 'b.o and a.o disagree on the type of count');
  });
  test('a kernel symbol that an object defines', () => {
    const externs = main.externs.map((each) =>
      each.name === 'count' ? { ...each, source: 'kernel' as const } : each,
    );
    refuse(
      [{ ...main, externs }, flows],
      'count is defined by b.o, but a.o wants it from the kernel',
    );
  });
});
