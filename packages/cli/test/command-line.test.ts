import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '@anybpf/bytecode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printable } from '../src/terminal.ts';
import { anybpf } from './command-line.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anybpf-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A process of its own whose standard output closes before it writes. */
async function pipeToClosed(args: readonly string[]): Promise<[number, string]> {
  const entry = new URL('../src/main.ts', import.meta.url);
  const script = `const { main } = await import(${JSON.stringify(entry.href)}); process.exitCode = await main(${JSON.stringify(args)});`;
  const child = spawn(process.execPath, [
    '--conditions=source',
    '--input-type=module',
    '-e',
    script,
  ]);
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [status] = await once(child, 'close');
  return [Number(status), err];
}

/** Processes of their own and whole files: long on a busy machine. */
const SLOW = { timeout: 60_000 };

describe('the command line as a whole', SLOW, () => {
  test.each([
    [[], 2, /usage: anybpf COMMAND/],
    [['--help'], 0, /usage: anybpf COMMAND/],
    [['--version'], 0, /^\d+\.\d+\.\d+/],
    [['run', '--help'], 0, /usage: anybpf run OBJ/],
  ])('%j', async (args, status, out) => {
    expect(await anybpf(args)).toMatchObject({ status, out: expect.stringMatching(out) });
  });

  test.each([
    [['veryfy', 'x.o'], /no command "veryfy"/],
    [['inspect'], /an argument is missing/],
    [['inspect', 'a', 'b'], /unexpected argument "b"/],
    [['inspect', 'no-such.o'], /cannot read no-such.o: no such file/],
    [['inspect', 'package.json'], /./],
    [['disasm', 'programs/drop/drop.bpf.o', '--syntax', 'intel'], /takes llvm or ubpf/],
    [['conformance', '--suite', 'no-such-folder'], /cannot read no-such-folder/],
    [['conformance', '--backend', 'vax'], /vax/],
  ])('%j is refused on stderr', async (args, err) => {
    expect(await anybpf(args)).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringMatching(err),
    });
  });

  test.each([
    [['--json'], 'USAGE', /the command is missing/],
    [['veryfy', '--json'], 'USAGE', /no command "veryfy"/],
    [
      ['disasm', 'programs/drop/drop.bpf.o', '--program', 'a', '--program', 'b', '--json'],
      'USAGE',
      /--program is given twice/,
    ],
    [['conformance', '--suite', 'programs/drop', '--json'], 'USAGE', /no .data file below/],
    [['btf', 'dump', '--format', 'constructor'], '', /format "constructor" is none of/],
    [
      ['asm', '/dev/zero', '-o', 'no-such-folder/x.o', '--json'],
      'FILE',
      /does not end within 256 MiB/,
    ],
  ])('%j is one document and status 2', async (args, code, message) => {
    const { status, out, err } = await anybpf(args);
    expect(status).toBe(2);
    if (code === '') expect(err).toMatch(message);
    else
      expect(JSON.parse(out)).toMatchObject({
        error: { code, message: expect.stringMatching(message) },
      });
  });

  test('what the plug-in refuses is a document too', async () => {
    const { status, out, err } = await anybpf([
      'conformance-plugin',
      '--backend',
      'interpreter',
      '--program',
      '00',
      '--json',
    ]);
    expect([status, err]).toEqual([1, '']);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'INVALID_INSTRUCTION' } });
  });

  test('a terminal is not steered by what files hold', () => {
    expect(printable('a\tb\x1b[2J\x9b\rc\n')).toBe('a\tb\\u001b[2J\\u009b\\u000dc\n');
    const text = JSON.stringify({ name: '\x7f\x1b' });
    expect(JSON.parse(printable(text))).toEqual({ name: '\x7f\x1b' });
  });

  test('a reader that has enough ends a result quietly', async () => {
    const [status, err] = await pipeToClosed(['inspect', 'programs', '--json']);
    expect([status, err]).toEqual([0, '']);
  });

  test('backends --json lists every backend with its state', async () => {
    const { status, out } = await anybpf(['backends', '--json']);
    const { backends } = JSON.parse(out) as {
      backends: { name: string; available: boolean; variants: string[]; reason?: string }[];
    };
    expect(status).toBe(0);
    expect(backends.map(({ name }) => name)).toEqual(['interpreter', 'linux']);
    expect(backends[0]).toMatchObject({ available: true, variants: [] });
    for (const { available, reason } of backends) {
      expect(available || typeof reason === 'string').toBe(true);
    }
  });

  test('doctor --json names each check', async () => {
    const { out } = await anybpf(['doctor', '--json']);
    const { checks } = JSON.parse(out) as { checks: { name: string; status: string }[] };
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Node.js', 'backend interpreter', 'backend linux']),
    );
  });
});

describe('asm and disasm', () => {
  test.each(['llvm', 'ubpf'])('an object goes through disasm and asm in %s', async (syntax) => {
    const { out } = await anybpf([
      'disasm',
      'programs/pass/pass.bpf.o',
      '--json',
      '--syntax',
      syntax,
    ]);
    const { programs } = JSON.parse(out) as { programs: { text: string }[] };
    const source = join(folder, `pass.${syntax}`);
    const object = join(folder, `pass.${syntax}.o`);
    await writeFile(source, programs[0]?.text ?? '');
    expect((await anybpf(['asm', source, '-o', object, '--syntax', syntax])).status).toBe(0);
    const packet = '00'.repeat(60);
    const run = await anybpf(['run', object, '--packet', packet, '--json']);
    expect(JSON.parse(run.out)).toMatchObject({ results: [{ verdictName: 'XDP_PASS' }] });
  });

  test('the numbered listing for people assembles to the same bytes', async () => {
    const { out } = await anybpf(['disasm', 'programs/firewall/firewall.bpf.o']);
    expect(out).toMatch(/^ {2}0: /m);
    const [, ...listing] = out.split('\n');
    const json = await anybpf(['disasm', 'programs/firewall/firewall.bpf.o', '--json']);
    const { programs } = JSON.parse(json.out) as { programs: { text: string }[] };
    expect(assemble(listing.join('\n')).bytes).toEqual(assemble(programs[0]?.text ?? '').bytes);
  });

  test('raw bytecode from standard input', async () => {
    const output = join(folder, 'two.bin');
    const result = await anybpf(['asm', '-', '-o', output], 'r0 = 2\nexit\n');
    expect(result).toMatchObject({ status: 0, out: '' });
    expect([...(await readFile(output))]).toEqual([
      ...[0xb7, 0, 0, 0, 2, 0, 0, 0],
      ...[0x95, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  test('a mistake is shown with line and column', async () => {
    const { status, out } = await anybpf(
      ['asm', '-', '-o', join(folder, 'x.bin'), '--json'],
      'r0 = 2\nexti\n',
    );
    expect(status).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'ASSEMBLY', line: 2, column: 1 } });
  });
});

describe('conformance-plugin', () => {
  const plugin = ['conformance-plugin', '--backend', 'interpreter'];

  test.each([
    ['bytes apart', 'bf 20 00 00 00 00 00 00 95 00 00 00 00 00 00 00\n', '00 00 00 01', '4'],
    ['bytes together', 'bf200000000000009500000000000000', '0000000100000002', '8'],
    ['no memory', 'b7000000ffffffff9500000000000000', '', 'ffffffffffffffff'],
  ])('%s', async (_name, input, memory, r0) => {
    const args = memory === '' ? plugin : [...plugin, memory];
    expect(await anybpf(args, input)).toEqual({ status: 0, out: `${r0}\n`, err: '' });
  });

  test.each([
    ['an invalid instruction', 'ff00000000000000', /unknown opcode/],
    ['a fault', '61100000000000009500000000000000', /./],
  ])('%s: status 1, nothing on stdout', async (_name, input, err) => {
    expect(await anybpf(plugin, input)).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringMatching(err),
    });
  });
});
