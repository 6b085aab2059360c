import { readFileSync } from 'node:fs';

const POSSIBLE = '/sys/devices/system/cpu/possible';

let possible: number | undefined;

/** CPUs that this machine may ever have: per-CPU maps hold one slot for each. */
export function possibleCpus(): number {
  possible ??= parseCpuList(readFileSync(POSSIBLE, 'utf8'));
  return possible;
}

/** Number of CPUs that a list such as `0-3,8` spans: the kernel numbers slots up to the last one. */
export function parseCpuList(text: string): number {
  let cpus = 0;
  for (const range of text.trim().split(',')) {
    const last = Number(range.split('-').at(-1));
    if (!Number.isInteger(last)) throw new Error(`${POSSIBLE} reads "${text.trim()}"`);
    cpus = Math.max(cpus, last + 1);
  }
  return cpus;
}
