import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseObject } from '@anybpf/bytecode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBytes } from '../src/files.ts';
import { anybpf } from './command-line.ts';

const FIREWALL = 'programs/firewall/firewall.bpf.o';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anybpf-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('an object as C header: one type and what it needs', async () => {
  const { status, out } = await anybpf(['btf', 'dump', FIREWALL, '--type', 'ports']);
  expect(status).toBe(0);
  expect(out).toMatch(/^#ifndef __VMLINUX_H__\n/);
  expect(out).toContain('struct ports {\n\t__be16 source;\n\t__be16 destination;\n};');
  expect(out).not.toContain('struct flow');
});

test('a BTF file in each format', async () => {
  const file = join(folder, 'types.btf');
  await writeFile(file, parseObject(await readBytes(FIREWALL)).btf?.bytes ?? '');
  const raw = await anybpf(['btf', 'dump', file, '--format', 'raw', '--type', 'rule']);
  expect(raw.out).toMatch(
    /^\[\d+\] STRUCT 'rule' size=24 vlen=4\n\t'action' type_id=\d+ bits_offset=0\n/,
  );
  const json = await anybpf(['btf', 'dump', file, '--json', '--type', 'rule']);
  expect(JSON.parse(json.out)).toMatchObject({
    types: [{ kind: 'STRUCT', name: 'rule', size: 24, members: [{ name: 'action' }, {}, {}, {}] }],
  });
});

test.each([
  [['btf', 'show'], 2, 'there is no "btf show"'],
  [['btf', 'dump', FIREWALL, '--format', 'rust'], 2, 'format "rust" is none of c, raw, json'],
  [['btf', 'dump', FIREWALL, '--type', 'nothing'], 2, 'there is no type "nothing"'],
  [['btf', 'dump', 'programs/README.md'], 2, 'not BTF'],
  [['btf', 'dump', 'nowhere'], 2, 'no such file'],
])('%j', async (args, status, message) => {
  const result = await anybpf(args);
  expect(result.status).toBe(status);
  expect(result.err).toContain(message);
});
