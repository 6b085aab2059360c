import { readFileSync } from 'node:fs';
import {
  type LinkedObject,
  linkObject,
  parseObject,
  trustWithoutVerification,
} from '@anybpf/bytecode';
import { UnsupportedFeatureError } from '@anybpf/runtime';
import { expect, test } from 'vitest';
import { kernelBtf, VerifierRejectionError } from '../../src/index.ts';
import { backend, describeIf } from '../support.ts';

const FIXTURES = new URL('../../../bytecode/test/core/fixtures/', import.meta.url);

const status = await backend.probe();
const kernel = await kernelBtf();
const obstacle = !status.available
  ? status.reason
  : kernel === null
    ? 'the kernel has no BTF'
    : null;

function link(fixture: string, programs: readonly string[], resolved = true): LinkedObject {
  const bytes = new Uint8Array(readFileSync(new URL(`${fixture}.bpfel.o`, FIXTURES)));
  return linkObject(parseObject(bytes), { programs, targetBtf: resolved ? kernel : null });
}

async function load(linked: LinkedObject): Promise<void> {
  const loaded = await backend.load(trustWithoutVerification(linked, 'a test'));
  await loaded.close();
}

test('the types of the running kernel are read once', async () => {
  expect(await kernelBtf()).toBe(kernel);
});

describeIf(obstacle, 'objects with CO-RE relocations', () => {
  test('load once they are resolved, poisoned instructions behind guards included', async () => {
    const linked = link('kernel-task', ['on_switch']);
    expect(linked.programs[0]?.coreFailures.map(({ path }) => path)).toEqual([
      'struct task_struct.state (0:11)',
      'struct task_struct___older.real_start_time (0:0)',
    ]);
    await load(linked);
  });

  test('are refused while they are not', async () => {
    await expect(load(link('kernel-task', ['on_switch'], false))).rejects.toThrow(
      UnsupportedFeatureError,
    );
  });

  test('that reach a poisoned instruction: the rejection says what is missing', async () => {
    const rejection = load(link('poisoned', ['load']));
    await expect(rejection).rejects.toThrow(VerifierRejectionError);
    await expect(rejection).rejects.toThrow(
      'CO-RE relocation failed, field_byte_offset of struct moved.dropped (0:0) (./poisoned.c:8): the target has no struct moved',
    );
  });
});
