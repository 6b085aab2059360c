import { closeSync, fstatSync, openSync } from 'node:fs';
import { InternalError } from '@anybpf/bytecode';
import { errnoName } from '../errno.ts';
import { NetworkNamespaceError } from '../errors.ts';
import type { Libbpf } from '../libbpf-functions.ts';

/** Of this thread, not of the process: a worker has its own. */
const OWN_NETWORK = '/proc/thread-self/ns/net';

/** A network namespace with nothing in it but what every new one has. */
export interface PrivateNetwork {
  /** File descriptor that keeps the namespace: the caller's, once `action` returns something. */
  readonly fd: number;
  /** Number of its interface `lo`, which is down. */
  readonly loopback: number;
}

/**
 * Moves this thread into a new network namespace for the time of `action`, which must not wait for
 * anything: all else that the thread does would happen there. No existing namespace or interface is
 * touched. Needs CAP_SYS_ADMIN.
 *
 * @returns what `action` returns; null for nothing, and where there can be no such namespace
 * @throws NetworkNamespaceError when the thread cannot return: the process must not go on
 */
export function inPrivateNetwork<T>(
  libbpf: Libbpf,
  action: (network: PrivateNetwork) => T | null,
): T | null {
  const home = openNetwork();
  if (home === null) return null;
  try {
    const homeInode = inode(home);
    // Going where one is changes nothing, and shows that the way back is open before it is needed.
    if (libbpf.enterNetwork(home) !== 0 || libbpf.unshareNetwork() !== 0) return null;
    try {
      const fd = openNetwork();
      return fd === null ? null : withLoopback(libbpf, fd, homeInode, action);
    } finally {
      goHome(libbpf, home, homeInode);
    }
  } finally {
    closeSync(home);
  }
}

function withLoopback<T>(
  libbpf: Libbpf,
  fd: number,
  homeInode: bigint,
  action: (network: PrivateNetwork) => T | null,
): T | null {
  let result: T | null = null;
  try {
    if (inode(fd) === homeInode) {
      throw new InternalError('unshare gave no network namespace of its own');
    }
    // By name and in here: the same number is another interface elsewhere.
    const loopback = libbpf.interfaceIndex('lo');
    if (loopback > 0) result = action({ fd, loopback });
    return result;
  } finally {
    if (result === null) closeSync(fd);
  }
}

function goHome(libbpf: Libbpf, home: number, homeInode: bigint): void {
  const error = libbpf.enterNetwork(home);
  const here = openNetwork();
  const arrived = here !== null && inode(here) === homeInode;
  if (here !== null) closeSync(here);
  if (error === 0 && (here === null || arrived)) return;
  throw new NetworkNamespaceError(errnoName(error));
}

function openNetwork(): number | null {
  try {
    return openSync(OWN_NETWORK, 'r');
  } catch {
    // No /proc, no CONFIG_NET_NS, or no descriptors left.
    return null;
  }
}

function inode(fd: number): bigint {
  return fstatSync(fd, { bigint: true }).ino;
}
