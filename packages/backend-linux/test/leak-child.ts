import { assemble, linkCode, trustWithoutVerification } from '@anybpf/bytecode';
import type { Program } from '@anybpf/runtime';
import { createLinuxBackend } from '../src/index.ts';

/** Collects the garbage twice and prints the warnings that came, one on a line. Needs --expose-gc. */
const linked = linkCode(assemble('r0 = 3\nexit'), { name: 'left', type: 'xdp', license: 'GPL' });
process.on('warning', ({ message }) => process.stdout.write(`${message}\n`));

async function loadOne(): Promise<Program | undefined> {
  const object = await createLinuxBackend().load(trustWithoutVerification(linked, 'a test'));
  return object.programs.get('left');
}

async function collect(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const kept = await loadOne();
await collect();
process.stdout.write(`kept: ${kept?.run({ packet: new Uint8Array(64) }).verdict}\n`);
await loadOne();
await collect();
process.stdout.write(`end: ${kept?.name}\n`);
