import { describe, expect, test } from 'vitest';
import {
  type Instruction,
  type Kconfig,
  KconfigFormatError,
  type LinkedObject,
  type LinkOptions,
  linkObject,
  parseBtf,
  parseKallsyms,
  parseKconfig,
  parseObject,
} from '../../src/index.ts';
import { buildBtf } from '../btf/btf-builder.ts';
import { BYTE_ORDERS, fixture } from '../object/fixtures.ts';

/** Kernel types as far as the fixture asks for them; ids count from 1. */
const KERNEL_TYPES = parseBtf(
  buildBtf([
    { name: 'int', kind: 1, sizeOrType: 4, words: [0x01000020] },
    { name: 'bpf_cpumask', kind: 4, vlen: 0, sizeOrType: 1024 },
    { kind: 2, sizeOrType: 2 },
    { kind: 13, sizeOrType: 3 },
    { name: 'bpf_cpumask_create', kind: 12, vlen: 1, sizeOrType: 4 },
    { kind: 13, vlen: 1, sizeOrType: 0, words: ['mask', 3] },
    { name: 'bpf_cpumask_release', kind: 12, vlen: 1, sizeOrType: 6 },
    { kind: 13, vlen: 1, sizeOrType: 1, words: ['mask', 3] },
    { name: 'bpf_cpumask_weight', kind: 12, vlen: 1, sizeOrType: 8 },
    { name: 'rq', kind: 4, vlen: 0, sizeOrType: 4096 },
    { name: 'runqueues', kind: 14, sizeOrType: 10, words: [1] },
  ]),
);
const VALUES: Kconfig = { LINUX_KERNEL_VERSION: 0x061200, CONFIG_BPF: 'y', CONFIG_HZ: '250' };

describe.each(BYTE_ORDERS)('kernel externs, %s', (order) => {
  const spec = parseObject(fixture('kernel-externs', order));
  const link = (options: LinkOptions = {}): LinkedObject =>
    linkObject(spec, {
      targetBtf: KERNEL_TYPES,
      kconfig: VALUES,
      kallsyms: new Map([['init_task', 0xffffffff81234567n]]),
      ...options,
    });
  const instructions = (object: LinkedObject, name: string): readonly Instruction[] =>
    object.programs.find((program) => program.name === name)?.code.instructions ?? [];
  const ofKind = <K extends Instruction['kind']>(list: readonly Instruction[], kind: K) =>
    list.filter((each): each is Extract<Instruction, { kind: K }> => each.kind === kind);
  const failures = (options: LinkOptions): readonly string[] =>
    link(options).failures.map(({ message }) => message);

  test('values lie by alignment, size and name in a read-only map', () => {
    const map = spec.maps.find(({ name }) => name === '.kconfig');
    expect(map).toMatchObject({ type: 'array', keySize: 4, valueSize: 29, maxEntries: 1 });
    expect(map?.flags).toBe(0x80);
    expect(map?.globals?.variables.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ['CONFIG_HZ', 0, 8],
      ['CONFIG_NF_CONNTRACK', 8, 4],
      ['LINUX_KERNEL_VERSION', 12, 4],
      ['CONFIG_NEGATIVE', 16, 2],
      ['CONFIG_BPF', 18, 1],
      ['CONFIG_LETTER', 19, 1],
      ['LINUX_HAS_BPF_COOKIE', 20, 1],
      ['CONFIG_DEFAULT_HOSTNAME', 21, 8],
    ]);
    expect(map?.globals?.data).toEqual(new Uint8Array(29));
  });

  const bytesOf = (name: string, object: LinkedObject): readonly number[] => {
    const globals = object.maps.find((map) => map.name === '.kconfig')?.globals;
    const variable = globals?.variables.find((each) => each.name === name);
    const bytes = globals?.data.slice(variable?.offset).subarray(0, variable?.size) ?? [];
    const text = name === 'CONFIG_DEFAULT_HOSTNAME';
    return order === 'bpfeb' && !text ? [...bytes].reverse() : [...bytes];
  };

  test.each<[string, Kconfig[string], readonly number[]]>([
    ['CONFIG_HZ', '1000', [0xe8, 3, 0, 0, 0, 0, 0, 0]],
    ['CONFIG_HZ', '0x7fffffffffffffff', [255, 255, 255, 255, 255, 255, 255, 127]],
    ['CONFIG_HZ', '010', [8, 0, 0, 0, 0, 0, 0, 0]],
    ['CONFIG_HZ', '-1', [255, 255, 255, 255, 255, 255, 255, 255]],
    ['CONFIG_HZ', 2n ** 63n, [0, 0, 0, 0, 0, 0, 0, 128]],
    ['LINUX_KERNEL_VERSION', 0x061200, [0, 0x12, 6, 0]],
    ['CONFIG_NEGATIVE', '-5', [0xfb, 0xff]],
    ['CONFIG_NEGATIVE', 0x7fff, [0xff, 0x7f]],
    ['CONFIG_BPF', true, [1]],
    ['CONFIG_BPF', 'n', [0]],
    ['LINUX_HAS_BPF_COOKIE', 1, [1]],
    ['CONFIG_NF_CONNTRACK', 'm', [2, 0, 0, 0]],
    ['CONFIG_NF_CONNTRACK', 'y', [1, 0, 0, 0]],
    ['CONFIG_LETTER', 'm', [0x6d]],
    ['CONFIG_LETTER', '65', [65]],
    ['CONFIG_DEFAULT_HOSTNAME', '"(none)"', [...Buffer.from('(none)\0\0')]],
    ['CONFIG_DEFAULT_HOSTNAME', '"long name"', [...Buffer.from('long na\0')]],
    ['CONFIG_DEFAULT_HOSTNAME', '""', [0, 0, 0, 0, 0, 0, 0, 0]],
  ])('%s=%s', (name, value, bytes) => {
    const object = link({ kconfig: { ...VALUES, [name]: value } });
    expect(bytesOf(name, object)).toEqual(bytes);
    expect(instructions(object, 'configured').length).toBeGreaterThan(0);
  });

  test.each<[string, Kconfig[string], string]>([
    ['CONFIG_BPF', 'm', 'm is neither y nor n: the variable must be a tristate'],
    ['CONFIG_BPF', '1', '1 is a number, not y or n'],
    ['CONFIG_BPF', 2, '2 is neither 0 nor 1'],
    ['CONFIG_BPF', '"y"', '"y" takes an array of char'],
    ['CONFIG_HZ', 'y', 'y takes a bool, a tristate or a char'],
    ['CONFIG_HZ', '25O', '25O is no number of 64 bits'],
    ['CONFIG_HZ', '18446744073709551616', '18446744073709551616 is no number of 64 bits'],
    ['CONFIG_HZ', 0.5, '0.5 is no integer'],
    ['CONFIG_HZ', '', ' is no number of 64 bits'],
    ['CONFIG_NEGATIVE', '32768', '32768 does not fit 2 bytes'],
    ['CONFIG_NEGATIVE', '-32769', '-32769 does not fit 2 bytes'],
    ['CONFIG_NF_CONNTRACK', '1', '1 takes an integer, a char or a bool'],
    ['LINUX_KERNEL_VERSION', 2 ** 32, '4294967296 does not fit 4 bytes'],
    ['CONFIG_DEFAULT_HOSTNAME', '"', '" lacks its closing quote'],
    ['CONFIG_DEFAULT_HOSTNAME', 'y', 'y takes a bool, a tristate or a char'],
  ])('refused: %s=%s', (name, value, reason) => {
    const [message = ''] = failures({ kconfig: { ...VALUES, [name]: value } });
    expect(message).toMatch(/^configured: instruction \d+: kernel configuration value /);
    expect(message.endsWith(`${name}: ${reason}`)).toBe(true);
  });

  test('strong values must be given, weak ones are 0', () => {
    const missing = "needs CONFIG_HZ of the target's kernel configuration, which";
    expect(failures({ kconfig: { ...VALUES, CONFIG_HZ: '250' } })).toHaveLength(1);
    expect(failures({ kconfig: {} })[0]).toContain(`${missing} lacks it`);
    expect(failures({ kconfig: null })[0]).toContain(`${missing} is not given`);
    expect(bytesOf('CONFIG_NF_CONNTRACK', link())).toEqual([0, 0, 0, 0]);
  });

  test('programs reach the values through the map', () => {
    const object = link();
    const index = object.maps.findIndex(({ name }) => name === '.kconfig');
    const loads = ofKind(instructions(object, 'configured'), 'lddw');
    expect(new Set(loads.map(({ source, imm }) => `${source} ${imm}`))).toEqual(
      new Set([`map-value-index ${index}`]),
    );
    expect(loads.map(({ nextImm }) => nextImm)).toEqual([0, 12, 16, 19, 20, 21, 18, 8]);
  });

  test('functions and variables by BTF id, what is weak and missing by 0 and a poisoned call', () => {
    const object = link();
    const list = instructions(object, 'functions');
    expect(ofKind(list, 'call-kfunc')).toMatchObject([
      { btfId: 5, btfFd: 0 },
      { btfId: 7, btfFd: 0 },
    ]);
    expect(ofKind(list, 'lddw')).toMatchObject([
      { source: 'btf-id', imm: 7 },
      { source: 'imm64', imm: 0, nextImm: 0 },
      // There is one of that name, which takes other arguments.
      { source: 'imm64', imm: 0, nextImm: 0 },
    ]);
    const indexOf = (wanted: string) => spec.externs.findIndex(({ name }) => name === wanted);
    expect(ofKind(list, 'call-helper').map(({ helper }) => helper)).toEqual([
      2002000000 + indexOf('no_such_function'),
      2002000000 + indexOf('bpf_cpumask_weight'),
    ]);
    const ids = ofKind(instructions(object, 'variables'), 'lddw');
    expect(ids.map(({ source, imm }) => [source, imm])).toContainEqual(['btf-id', 11]);
    expect(ids.filter(({ source, imm }) => source === 'imm64' && imm === 0)).toHaveLength(2);
  });

  test('addresses of the symbol table', () => {
    expect(ofKind(instructions(link(), 'addresses'), 'lddw')).toMatchObject([
      { source: 'imm64', imm: 0x81234567 | 0, nextImm: -1 },
    ]);
    expect(failures({ kallsyms: null })[0]).toBe(
      "addresses: instruction 0: needs init_task of the target's symbol table, which is not given",
    );
  });

  test('what is missing fails the programs that need it, and no other', () => {
    expect(failures({})).toEqual([
      'missing: instruction 0: needs the kernel function missing_function, which the target lacks',
    ]);
    expect(failures({ targetBtf: null })).toEqual([
      "variables: instruction 6: needs the kernel variable runqueues, but no types of the target's are given",
      "functions: instruction 0: needs the kernel function bpf_cpumask_create, but no types of the target's are given",
      "missing: instruction 0: needs the kernel function missing_function, but no types of the target's are given",
    ]);
    const other = parseBtf(
      buildBtf([
        { name: 'int', kind: 1, sizeOrType: 4, words: [0x01000020] },
        { kind: 13, sizeOrType: 1 },
        { name: 'bpf_cpumask_create', kind: 12, vlen: 1, sizeOrType: 2 },
      ]),
    );
    expect(failures({ targetBtf: other })).toContain(
      'functions: instruction 0: needs the kernel function bpf_cpumask_create, which has another type on the target',
    );
  });

  test('types for the kernel have no extern variables', () => {
    const { btf } = link();
    if (btf === null) throw new Error('no types');
    const section = (name: string) => {
      const { type } = btf.findByName(name, 'datasec') ?? {};
      if (type === undefined) throw new Error(`no ${name}`);
      return type;
    };
    for (const name of ['.kconfig', '.ksyms']) {
      const { variables, size } = section(name);
      expect(variables.map(({ type }) => btf.type(type))).toEqual(
        variables.map(() => expect.objectContaining({ kind: 'var', linkage: 'global' })),
      );
      const ends = variables.map(({ offset, size: bytes }) => offset + bytes);
      expect(Math.max(...ends)).toBe(size);
      expect(variables.map(({ offset }) => offset)).toEqual(
        variables.map(({ offset }) => offset).sort((a, b) => a - b),
      );
    }
    expect(btf.findByName('no_such_function', 'func')?.type.linkage).toBe('global');
    expect(btf.name(btf.typeCount - 1)).toBe('dummy_ksym');
    // Ids, and the object's own types, are as they were.
    expect(spec.btf?.findByName('no_such_function', 'func')?.type.linkage).toBe('extern');
    expect(btf.typeCount).toBe((spec.btf?.typeCount ?? 0) + 1);
  });
});

describe('kernel configuration files', () => {
  test('values as they stand', () => {
    const text = [
      '# Linux/x86 6.18',
      'CONFIG_BPF=y',
      '# CONFIG_OFF is not set',
      'CONFIG_HZ=250\r',
      'CONFIG_DEFAULT_HOSTNAME="a=b"',
      'CONFIG_BPF=n',
      'OTHER=1',
      '',
    ].join('\n');
    expect(parseKconfig(text)).toEqual({
      CONFIG_BPF: 'y',
      CONFIG_HZ: '250',
      CONFIG_DEFAULT_HOSTNAME: '"a=b"',
    });
  });

  test.each(['CONFIG_BPF', 'CONFIG_BPF=', '\nCONFIG_BPF\n'])('refused: %j', (text) => {
    expect(() => parseKconfig(text)).toThrow(KconfigFormatError);
    expect(() => parseKconfig(text)).toThrow('CONFIG_BPF has no value');
  });
});

test('kernel symbol tables', () => {
  const text = [
    'ffffffff81000000 T _text',
    'ffffffffc0001000 t helper\t[module]',
    '0000000000000000 A helper',
    'nonsense',
    '',
  ].join('\n');
  expect([...parseKallsyms(text)]).toEqual([
    ['_text', 0xffffffff81000000n],
    ['helper', 0xffffffffc0001000n],
  ]);
});
