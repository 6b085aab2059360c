import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  AnyBpfError,
  assemble,
  disassemble,
  encode,
  instructionCounts,
  type LinkedObject,
  linkObject,
  type ObjectSpec,
  parseObject,
} from '../../src/index.ts';

const { ANYBPF_SUITES: suites = '' } = process.env;
const folder = join(suites, 'ebpf-samples');
const missing = suites === '' || !existsSync(folder);
const reason = missing ? ' (skipped: ANYBPF_SUITES names no folder with ebpf-samples)' : '';

const INVALID = /^invalid[/\\]/;

describe.skipIf(missing)(`real object files${reason}`, { timeout: 120_000 }, () => {
  const paths = missing ? [] : objectsBelow(folder);
  const specs = new Map<string, ObjectSpec>();
  const linked = new Map<string, LinkedObject>();

  test('every object parses; a malformed one parses or is a typed error', () => {
    expect(paths.length).toBeGreaterThan(130);
    for (const path of paths) {
      try {
        const spec = parseObject(new Uint8Array(readFileSync(join(folder, path))));
        specs.set(path, spec);
        linked.set(path, linkObject(spec));
      } catch (error) {
        if (!INVALID.test(path) || !(error instanceof AnyBpfError)) throw error;
      }
    }
    expect(paths.filter((path) => !INVALID.test(path) && !specs.has(path))).toEqual([]);
  });

  test('programs, sections and instruction counts are those of the table', () => {
    const found = new Map(
      [...specs].flatMap(([path, spec]) =>
        [...instructionCounts(spec)].map(([{ section, name }, count]): [string, number] => [
          `${path}\t${section}\t${name}`,
          count,
        ]),
      ),
    );
    const expected = readFileSync(join(folder, 'prevail-verdicts.tsv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split('\t'))
      .filter(([, , , count]) => Number(count) > 0)
      .map(([path, section, name, count]): [string, number] => [
        `${path}\t${section}\t${name}`,
        Number(count),
      ]);
    expect(expected.length).toBeGreaterThan(350);
    expect(new Map(expected)).toEqual(found);
  });

  test('every program links but the one that calls what Linux lacks', () => {
    const failures = [...linked]
      .filter(([path]) => !INVALID.test(path))
      .flatMap(([path, object]) => object.failures.map(({ message }) => `${path}: ${message}`));
    expect(failures).toEqual([
      'build/badrelo.o: func: instruction 5: calls ebpf_map_update_elem, which neither the object nor linux defines',
    ]);
  });

  test('every stream survives decode and encode', () => {
    for (const [path, { programs, endianness }] of linked) {
      for (const { code, name } of programs) {
        expect(encode(code.instructions, endianness), `${path} ${name}`).toEqual(code.bytes);
      }
    }
  });

  test.each(['llvm', 'ubpf'] as const)('every stream survives the %s notation', (syntax) => {
    for (const [path, { programs }] of linked) {
      for (const { code, name } of programs) {
        const again = assemble(disassemble(code, { syntax }), { syntax });
        expect(again.bytes, `${path} ${name}`).toEqual(code.bytes);
      }
    }
  });
});

function objectsBelow(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.tsv'))
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1))
    .filter((path) => path.endsWith('.o') || INVALID.test(path))
    .sort();
}
