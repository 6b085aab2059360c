import { readdirSync, readlinkSync } from 'node:fs';
import { assemble, linkCode, trustWithoutVerification } from '@anybpf/bytecode';
import { packetBatch } from '@anybpf/runtime';
import { createLinuxBackend } from '../src/index.ts';

/** Repeats a batch and prints what came of it as JSON, with the number of links and namespaces held. */
const linked = linkCode(assemble('r0 = 1\nexit'), { name: 'drop', type: 'xdp', license: 'GPL' });
const object = await createLinuxBackend().load(trustWithoutVerification(linked, 'a test'));
const batch = packetBatch([1, 2, 1].map((byte) => new Uint8Array(64).fill(byte)));
const result = object.programs.get('drop')?.runBatch(batch, { repeat: 100 });
const open = readdirSync('/proc/self/fd').map((fd) => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // The descriptor that reads the folder.
    return '';
  }
});
process.stdout.write(
  JSON.stringify({
    verdicts: [...(result?.verdicts ?? [])],
    runs: result?.runs,
    note: result?.note,
    links: open.filter((what) => /^net:|bpf[_-]link$/.test(what)).length,
  }),
);
await object.close();
