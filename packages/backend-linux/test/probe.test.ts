import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BackendStatus } from '@anybpf/runtime';
import { describe, expect, it } from 'vitest';
import { parseCpuList } from '../src/maps/cpus.ts';
import { missingCapabilities } from '../src/privileges.ts';
import { backend, describeIf, describeLinux, openDescriptors, SLOW } from './support.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('./probe-child.ts', import.meta.url));

/** The probe's answer in a process of its own, started by `command` (none: this Node). */
async function probeIn(
  command: readonly string[],
  env: Record<string, string>,
): Promise<BackendStatus> {
  const [file = process.execPath, ...args] = [...command, process.execPath, SCRIPT];
  const { stdout } = await run(file, args, { env: { ...process.env, ...env }, timeout: 30_000 });
  return JSON.parse(stdout) as BackendStatus;
}

describe('probe', { timeout: SLOW }, () => {
  it.each([
    {
      what: 'a library that is not there',
      path: '/nonexistent/libbpf.so.1',
      reason: /\/nonexistent\/libbpf\.so\.1 does not load/,
    },
    {
      what: 'a library that is another one',
      path: 'libc.so.6',
      reason: /libc\.so\.6 does not load/,
    },
  ])('$what', async ({ path, reason }) => {
    const status = await probeIn([], { ANYBPF_LIBBPF: path });
    expect(status.available).toBe(false);
    if (status.available) return;
    if (process.platform === 'linux') {
      expect(status.reason).toMatch(reason);
      expect(status.remedy).toMatch(/apt install libbpf1/);
    } else {
      expect(status.reason).toMatch(/not Linux/);
    }
  });
});

describeLinux('probe with the kernel', () => {
  it('says versions, and leaves nothing open', async () => {
    const before = openDescriptors();
    const status = await backend.probe();
    expect(status).toMatchObject({ available: true });
    expect(status.available && status.version).toMatch(/^libbpf v\d+\.\d+, Linux \d+\.\d+/);
    expect(openDescriptors()).toBe(before);
  });

  it('declares what the tables know', () => {
    expect(backend.capabilities.programTypes.has('xdp')).toBe(true);
    expect(backend.capabilities.mapTypes.has('lpm_trie')).toBe(true);
    expect(backend.capabilities.helpers.has(1)).toBe(true);
  });
});

const root = process.platform === 'linux' && process.getuid?.() === 0;

describeIf(root ? null : 'only root can give privileges away', 'probe without privileges', () => {
  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  it.each([
    { what: 'no privileges', more: [], missing: /CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON/ },
    {
      what: 'CAP_BPF alone',
      more: ['--inh-caps=+bpf', '--ambient-caps=+bpf'],
      missing: /lacks CAP_NET_ADMIN and CAP_PERFMON/,
    },
  ])('$what: names what is missing', async ({ more, missing }) => {
    const status = await probeIn([...asNobody, ...more], { ANYBPF_LIBBPF: '' });
    expect(status).toMatchObject({ available: false, reason: expect.stringMatching(missing) });
    expect(!status.available && status.remedy).toMatch(/root/);
  });
});

describe('/proc and /sys', () => {
  it.each([
    ['000001ffffffffff', []],
    ['0000000000200000', []],
    ['0000008000000000', ['CAP_NET_ADMIN', 'CAP_PERFMON']],
    ['0000000000001000', ['CAP_BPF', 'CAP_PERFMON']],
    ['0000000000000000', ['CAP_BPF', 'CAP_NET_ADMIN', 'CAP_PERFMON']],
  ])('CapEff %s', (mask, missing) => {
    expect(missingCapabilities(`Name:\tnode\nCapEff:\t${mask}\nCapBnd:\t0\n`)).toEqual(missing);
  });

  it.each([
    ['0\n', 1],
    ['0-1\n', 2],
    ['0-3,8-11\n', 12],
    ['0,2\n', 3],
  ])('possible CPUs %j', (text, cpus) => {
    expect(parseCpuList(text)).toBe(cpus);
  });
});
