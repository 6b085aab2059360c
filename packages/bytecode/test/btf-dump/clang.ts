import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Btf, parseObject } from '../../src/index.ts';

/** The first clang that is installed and compiles for BPF; null without. */
export const clang: string | null =
  ['clang-19', 'clang'].find(
    (name) => spawnSync(name, ['-target', 'bpf', '--version']).status === 0,
  ) ?? null;

export const NO_CLANG = 'clang is not installed';

/** Compiles C for BPF and gives the object, or the compiler's complaints. */
export function compile(
  source: string,
  options: readonly string[] = [],
): { readonly errors: string; readonly object: Uint8Array } {
  const folder = mkdtempSync(join(tmpdir(), 'anybpf-'));
  try {
    const file = join(folder, 'types.c');
    writeFileSync(file, source);
    const { stderr, stdout } = spawnSync(
      clang ?? '',
      ['-target', 'bpf', '-g', '-O2', ...options, '-c', file, '-o', '-'],
      { maxBuffer: 1 << 28 },
    );
    return { errors: stderr.toString(), object: new Uint8Array(stdout) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function btfOf(source: string): Btf {
  const { object, errors } = compile(source);
  const { btf } = parseObject(object);
  if (btf === null) throw new Error(`no BTF: ${errors}`);
  return btf;
}

/** `_Static_assert`s that the named records of a BTF have its sizes and offsets. */
export function layoutAsserts(btf: Btf): readonly string[] {
  const asserts: string[] = [];
  for (let id = 1; id < btf.typeCount; id++) {
    const type = btf.type(id);
    if ((type.kind !== 'struct' && type.kind !== 'union') || type.name === '') continue;
    // The names of those that share one are made up.
    const tags = btf.idsByName(type.name).filter((other) => btf.kind(other) !== 'typedef');
    if (tags.filter((other) => !NOT_TAGS.has(btf.kind(other))).length > 1) continue;
    const name = `${type.kind} ${type.name}`;
    asserts.push(`_Static_assert(sizeof(${name}) == ${type.size}, "");`);
    for (const member of type.members) {
      if (member.name === '' || member.bitfieldSize !== 0) continue;
      const offset = member.bitOffset / 8;
      asserts.push(`_Static_assert(__builtin_offsetof(${name}, ${member.name}) == ${offset}, "");`);
    }
  }
  return asserts;
}

const NOT_TAGS: ReadonlySet<string> = new Set(['func', 'var', 'datasec', 'decl-tag', 'int']);
