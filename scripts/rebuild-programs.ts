// Compiles programs/*/*.bpf.c with Debian's clang 19 into the committed objects.
//
//     node scripts/rebuild-programs.ts [NAME]...           rewrites programs/NAME/NAME.bpf.o
//     node scripts/rebuild-programs.ts --check [NAME]...   compiles aside and compares
//
// Packages: clang-19, llvm-19, libbpf-dev, linux-libc-dev. The comparison is over disassembly with
// relocations and over what BTF shows (programs, maps, globals, source lines, licence), not over raw
// bytes: another patch release of clang may order string tables otherwise. Needs `npm run build`
// before, since the interface is read by @anybpf/bytecode. Exit status: 0 good, 1 an object differs,
// 2 could not be carried out.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const TOOLS = { clang: 'clang-19', strip: 'llvm-strip-19', objdump: 'llvm-objdump-19' };
const ROOT = join(import.meta.dirname, '..');
const PROGRAMS = join(ROOT, 'programs');

class BuildError extends Error {}

function run(tool: string, args: readonly string[], cwd: string): string {
  const { error, status, stdout, stderr } = spawnSync(tool, args, { cwd, encoding: 'utf8' });
  if (error !== undefined) {
    throw new BuildError(
      `${tool} does not start (${error.message}). Install it: apt-get install clang-19 llvm-19 libbpf-dev`,
    );
  }
  if (status !== 0) throw new BuildError(`${tool} ${args.join(' ')} failed in ${cwd}:\n${stderr}`);
  return stdout;
}

/** Where Debian keeps <asm/types.h>; clang looks there only when it compiles for the host itself. */
function systemHeaders(): string[] {
  const triplet = run('clang-19', ['-print-target-triple'], ROOT).trim().replace('-pc-', '-');
  const folder = `/usr/include/${triplet}`;
  return existsSync(folder) ? ['-isystem', folder] : [];
}

/**
 * Compiles in the program's own folder and under relative names, so that no path of this machine gets
 * into line information. DWARF goes, BTF stays.
 */
function compile(name: string, output: string, headers: readonly string[]): void {
  const folder = join(PROGRAMS, name);
  // Headers are read as words: not what strict aliasing allows.
  const flags = [
    '-O2',
    '-g',
    '-fno-strict-aliasing',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-Wno-unused-parameter',
  ];
  const target = ['-target', 'bpf', '-mcpu=v3', '-fdebug-compilation-dir=.'];
  run(TOOLS.clang, [...flags, ...target, ...headers, '-c', `${name}.bpf.c`, '-o', output], folder);
  run(TOOLS.strip, ['-g', output], folder);
}

/** JSON.stringify's view of a field: bytes as hexadecimal, BTF ids left out since headers shift them. */
function interfaceField(key: string, value: unknown): unknown {
  if (/^btf.*Id$/.test(key)) return undefined;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return typeof value === 'bigint' ? value.toString() : value;
}

/** What two builds of a program have to agree on, as text. */
async function describe(object: string): Promise<string> {
  const { parseObject } = await import('@anybpf/bytecode');
  const spec = parseObject(new Uint8Array(readFileSync(object)));
  const listing = run(TOOLS.objdump, ['-d', '-r', '--no-show-raw-insn', object], ROOT);
  const lines = (kind: string, items: readonly object[]) =>
    items.map((item) => `${kind} ${JSON.stringify(item, interfaceField)}`);
  return [
    `license ${spec.license}`,
    ...lines(
      'program',
      spec.programs.map(({ name, section, type, binding }) => ({ name, section, type, binding })),
    ),
    ...lines(
      'function',
      spec.subprograms.map(({ name, section, binding }) => ({ name, section, binding })),
    ),
    ...lines('map', spec.maps),
    // Coverage is told by source line: an object older than its source would tell the wrong ones.
    ...[...spec.programs, ...spec.subprograms].flatMap((owner) =>
      owner.lines.map(
        ({ slot, file, line, text }) => `${owner.name}+${slot} ${file}:${line} ${text}`,
      ),
    ),
    // The first lines name the file.
    ...listing.split('\n').slice(3),
  ].join('\n');
}

async function differs(name: string, built: string, scratch: string): Promise<boolean> {
  const committed = join(PROGRAMS, name, `${name}.bpf.o`);
  const [before, after] = [`${name}.committed`, `${name}.rebuilt`];
  writeFileSync(join(scratch, before), await describe(committed));
  writeFileSync(join(scratch, after), await describe(built));
  const diff = spawnSync('git', ['diff', '--no-index', '--no-color', before, after], {
    cwd: scratch,
    encoding: 'utf8',
  });
  process.stdout.write(diff.stdout);
  return diff.status !== 0;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { check: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const all = readdirSync(PROGRAMS).filter((name) =>
    existsSync(join(PROGRAMS, name, `${name}.bpf.c`)),
  );
  const unknown = positionals.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    throw new BuildError(`no program ${unknown.join(', ')}; there are: ${all.join(', ')}`);
  }
  const names = positionals.length > 0 ? positionals : all;
  const headers = systemHeaders();
  const scratch = mkdtempSync(join(tmpdir(), 'anybpf-programs-'));
  try {
    let different = 0;
    for (const name of names) {
      const committed = join(PROGRAMS, name, `${name}.bpf.o`);
      const output = values.check ? join(scratch, `${name}.bpf.o`) : committed;
      compile(name, output, headers);
      const bad = values.check && (await differs(name, output, scratch));
      if (bad) different++;
      process.stdout.write(`${name}: ${values.check ? (bad ? 'DIFFERS' : 'equal') : 'written'}\n`);
    }
    return different === 0 ? 0 : 1;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
