import { readFileSync } from 'node:fs';

/** Capabilities that bpf(2) asks for, by bit in /proc/self/status (linux/capability.h). */
const CAPABILITIES = [
  { name: 'CAP_BPF', bit: 39n },
  { name: 'CAP_NET_ADMIN', bit: 12n },
  { name: 'CAP_PERFMON', bit: 38n },
] as const;

/** Stands for each of the three. */
const CAP_SYS_ADMIN = 21n;

/** Names of the capabilities that this process lacks for bpf(2); empty where unknown. */
export function missingCapabilities(status: string = readOr('/proc/self/status', '')): string[] {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (effective === undefined) return [];
  const held = BigInt(`0x${effective}`);
  const holds = (bit: bigint): boolean => ((held >> bit) & 1n) === 1n;
  if (holds(CAP_SYS_ADMIN)) return [];
  return CAPABILITIES.filter(({ bit }) => !holds(bit)).map(({ name }) => name);
}

/** Why bpf(2) answered EPERM, and what to do: one sentence each. */
export function explainPermission(): { readonly reason: string; readonly remedy: string } {
  const missing = missingCapabilities();
  if (missing.length === 0) {
    return {
      reason: 'bpf(2) is refused although the process has the capabilities for it',
      remedy: 'A container, seccomp or lockdown policy forbids it: allow bpf(2) there',
    };
  }
  return {
    reason: `this process lacks ${listed(missing)}, and kernel.unprivileged_bpf_disabled is ${unprivilegedSetting()}`,
    remedy: `Run as root, or give the process ${listed(missing)}`,
  };
}

function unprivilegedSetting(): string {
  return readOr('/proc/sys/kernel/unprivileged_bpf_disabled', 'unknown').trim();
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return fallback;
  }
}
