import { createLinuxBackend } from '@anybpf/backend-linux';
import { type Backend, createInterpreter } from '@anybpf/runtime';

export const interpreter: Backend = createInterpreter();

const linux = createLinuxBackend();
const status = await linux.probe();

/** The kernel; null with a reason, printed once, where it is not available. */
export const kernel: { readonly backend: Backend | null; readonly reason: string } =
  status.available
    ? { backend: linux, reason: '' }
    : { backend: null, reason: `backend linux: ${status.reason}` };

if (kernel.backend === null) process.stderr.write(`NOT TESTED ON THE KERNEL: ${kernel.reason}\n`);
