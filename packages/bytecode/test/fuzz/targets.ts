import { formatC } from '../../src/btf/dump/c.ts';
import { formatJson } from '../../src/btf/dump/json.ts';
import {
  convertClassic,
  decodeClassic,
  disassemble,
  disassembleClassic,
  encodeClassic,
  instructionCounts,
  linkObject,
  linkObjects,
  parseBtf,
  parseDdd,
  parseObject,
} from '../../src/index.ts';
import { VECTORS } from '../classic/vectors.ts';
import { mutant, type Random } from '../object/mutate.ts';
import {
  OBJECTS,
  PORTABLE_OBJECTS,
  sectionsNamed,
  TARGET_TYPES,
  withMutatedSection,
} from './corpus.ts';
import type { FuzzInput, FuzzTarget } from './target.ts';

const KCONFIG = { LINUX_KERNEL_VERSION: 0x061200, CONFIG_HZ: '250', CONFIG_BPF: 'y' };

function open(bytes: Uint8Array, types: Uint8Array | null): void {
  const spec = parseObject(bytes);
  instructionCounts(spec);
  const targetBtf = types === null ? null : parseBtf(types);
  const { programs } = linkObject(spec, { targetBtf, kconfig: KCONFIG });
  for (const { code } of programs) disassemble(code);
}

/** Anywhere in the file. */
const elf: FuzzTarget = {
  name: 'elf',
  input: (random) => {
    const bytes = mutant(random, OBJECTS);
    return { files: { 'input.o': bytes }, run: () => open(bytes, null) };
  },
};

/** Several objects as one, of which one or two are mutated. */
const several: FuzzTarget = {
  name: 'several-objects',
  input: (random) => {
    const files = Object.fromEntries(
      Array.from({ length: 2 + random.below(2) }, (_, index) => [
        `input-${index}.o`,
        random.below(2) === 0 ? random.of(OBJECTS) : sectionMutant(random),
      ]),
    );
    const run = (): void => {
      const spec = linkObjects(Object.values(files).map((bytes) => parseObject(bytes)));
      linkObject(spec, { kconfig: KCONFIG });
    };
    return { files, run };
  },
};

function sectionMutant(random: Random): Uint8Array {
  return withMutatedSection(random.of(OBJECTS), random.of(['.BTF', '.symtab', '.BTF.ext']), random);
}

const TYPES = [...sectionsNamed([...OBJECTS, ...PORTABLE_OBJECTS], '.BTF'), ...TARGET_TYPES];

/** Types alone: decoded, looked up, printed. */
const btf: FuzzTarget = {
  name: 'btf',
  input: (random) => {
    const bytes = mutant(random, TYPES);
    const run = (): void => {
      const types = parseBtf(bytes);
      for (let id = 0; id < types.typeCount; id++) types.type(id);
      types.idsByEssentialName('task_struct');
      formatJson(types);
      formatC(types);
    };
    return { files: { 'input.btf': bytes }, run };
  },
};

/** Types, function and line records as objects hold them. */
const btfExt: FuzzTarget = {
  name: 'btf-ext',
  input: (random) => {
    const section = random.of(['.BTF.ext', '.BTF.ext', '.BTF']);
    const bytes = withMutatedSection(random.of(OBJECTS), section, random);
    return { files: { 'input.o': bytes }, run: () => open(bytes, null) };
  },
};

/** Relocations against types, of which one side or both are mutated. */
const core: FuzzTarget = {
  name: 'co-re',
  input: (random) => {
    const object = random.of(PORTABLE_OBJECTS);
    const bytes =
      random.below(4) === 0
        ? object
        : withMutatedSection(object, random.of(['.BTF.ext', '.BTF.ext', '.BTF']), random);
    const types = random.below(2) === 0 ? random.of(TARGET_TYPES) : mutant(random, TARGET_TYPES);
    return { files: { 'input.o': bytes, 'target.btf': types }, run: () => open(bytes, types) };
  },
};

const CLASSIC_TEXTS = VECTORS.map(({ ddd }) => new TextEncoder().encode(ddd));
const CLASSIC_PROGRAMS = VECTORS.map(({ ddd }) => encodeClassic(parseDdd(ddd)));

/** Classic BPF, binary and as `tcpdump -ddd` prints it. */
const classic: FuzzTarget = {
  name: 'classic',
  input: (random): FuzzInput => {
    const isText = random.below(2) === 0;
    const mutated = mutant(random, isText ? CLASSIC_TEXTS : CLASSIC_PROGRAMS);
    // A cut leaves few whole instructions else.
    const bytes = isText ? mutated : mutated.subarray(0, mutated.length & ~7);
    const run = (): void => {
      const program = isText ? parseDdd(new TextDecoder().decode(bytes)) : decodeClassic(bytes);
      disassembleClassic(program);
      for (const flavour of ['socket_filter', 'xdp'] as const) convertClassic(program, { flavour });
    };
    return { files: { [isText ? 'input.ddd' : 'input.bpf']: bytes }, run };
  },
};

export const TARGETS: readonly FuzzTarget[] = [elf, several, btf, btfExt, core, classic];
