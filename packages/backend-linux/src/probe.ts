import { release } from 'node:os';
import type { BackendStatus } from '@anybpf/runtime';
import { Descriptors } from './descriptor.ts';
import { ERRNO, errnoName } from './errno.ts';
import { openLibbpf } from './libbpf.ts';
import type { Libbpf } from './libbpf-functions.ts';
import { mapCreateOptions, programLoadOptions } from './options.ts';
import { explainPermission } from './privileges.ts';

const BPF_MAP_TYPE_ARRAY = 2;
const BPF_PROG_TYPE_XDP = 6;

/** `lddw r1, map[0]` by index; `r0 = XDP_PASS`; `exit`: the least that needs fd_array (Linux 5.14). */
const TRIVIAL_PROGRAM: Uint8Array = Uint8Array.of(
  ...[0x18, 0x51, 0, 0, 0, 0, 0, 0],
  ...[0, 0, 0, 0, 0, 0, 0, 0],
  ...[0xb7, 0, 0, 0, 2, 0, 0, 0],
  ...[0x95, 0, 0, 0, 0, 0, 0, 0],
);

/** Whether the kernel can be used from here, by doing it once: a map and a program, closed at once. */
export async function probeLinux(): Promise<BackendStatus> {
  const result = await openLibbpf();
  if (!result.ok) return { available: false, reason: result.reason, remedy: result.remedy };
  try {
    return tryKernel(result.libbpf);
  } catch (cause) {
    return {
      available: false,
      reason: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Install libbpf 1.0 or newer',
    };
  }
}

function tryKernel(libbpf: Libbpf): BackendStatus {
  const open = new Descriptors('the probe');
  try {
    const map = libbpf.mapCreate(
      BPF_MAP_TYPE_ARRAY,
      'anybpf_probe',
      4,
      4,
      1,
      mapCreateOptions(libbpf, {}),
    );
    if (map < 0) return refused('creating a map', -map);
    open.adopt(map, 'probe map');

    const program = loadTrivialProgram(libbpf, map);
    if (program < 0) {
      if (program === -ERRNO.EINVAL || program === -ERRNO.E2BIG) return tooOld();
      return refused('loading a program', -program);
    }
    open.adopt(program, 'probe program');
    return { available: true, version: `libbpf ${libbpf.version}, Linux ${release()}` };
  } finally {
    open.closeAll();
  }
}

function loadTrivialProgram(libbpf: Libbpf, map: number): number {
  const options = programLoadOptions(libbpf, { mapFds: [map] });
  return libbpf.programLoad(
    BPF_PROG_TYPE_XDP,
    'anybpf_probe',
    'MIT',
    TRIVIAL_PROGRAM,
    options.bytes,
  );
}

function tooOld(): BackendStatus {
  return {
    available: false,
    reason: `Linux ${release()} does not take map references by index`,
    remedy: 'Use Linux 5.14 or newer',
  };
}

function refused(operation: string, errno: number): BackendStatus {
  if (errno === ERRNO.EPERM || errno === ERRNO.EACCES) {
    return { available: false, ...explainPermission() };
  }
  return {
    available: false,
    reason: `${operation} fails with ${errnoName(errno)} on Linux ${release()}`,
    remedy:
      errno === ERRNO.ENOSYS
        ? 'Use a kernel with CONFIG_BPF_SYSCALL'
        : 'See dmesg for what the kernel says',
  };
}
