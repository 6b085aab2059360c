import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InternalError, mapSpec } from '@anybpf/bytecode';
import { packetBatch } from '@anybpf/runtime';
import { expect, it } from 'vitest';
import { NetworkNamespaceError } from '../src/index.ts';
import { openLibbpf } from '../src/libbpf.ts';
import type { Libbpf } from '../src/libbpf-functions.ts';
import { inPrivateNetwork } from '../src/run/private-network.ts';
import {
  describeIf,
  describeLinux,
  frame,
  link,
  load,
  loadProgram,
  only,
  openDescriptors,
} from './support.ts';

const run = promisify(execFile);
const CHILD = fileURLToPath(new URL('./batch-child.ts', import.meta.url));
const BPF_MAP_LOOKUP_ELEM = 1;
const EPERM = 1;

const onLinux = process.platform === 'linux';
const root = onLinux && process.getuid?.() === 0;
const packets = packetBatch([frame(64, 1), frame(64, 2), frame(64, 1)]);

/** Of the thread that runs the test. */
function network(): string {
  return readlinkSync('/proc/thread-self/ns/net');
}

/** Descriptors of this process for network namespaces and BPF links, as the kernel names them. */
function held(): { fd: string; what: string }[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const what = readlinkSync(`/proc/self/fd/${fd}`);
      return /^net:|bpf[_-]link$/.test(what) ? [{ fd, what }] : [];
    } catch {
      // The one that reads the folder.
      return [];
    }
  });
}

/** First byte of the packet becomes 9 from the sixth run on. */
const changesLate = `
  r6 = r1
  r1 = 0
  *(u32 *)(r10 - 4) = r1
  r1 = map_by_idx(0x0)
  r2 = r10
  r2 += -4
  call ${BPF_MAP_LOOKUP_ELEM}
  if r0 == 0 goto out
  r7 = *(u64 *)(r0 + 0)
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
  if r7 < 5 goto out
  r2 = *(u32 *)(r6 + 0)
  r3 = *(u32 *)(r6 + 4)
  r4 = r2
  r4 += 1
  if r4 > r3 goto out
  r5 = 9
  *(u8 *)(r2 + 0) = r5
out:
  r0 = 2
  exit`;

describeIf(root ? null : 'only root can make a network namespace', 'holding a program', () => {
  describeLinux('in the dispatcher', () => {
    it('is one link in a namespace of its own, as long as the object is open', async () => {
      const home = network();
      const descriptors = openDescriptors();
      const object = await load(link('r0 = 1\nexit'));
      const program = only(object.programs);
      const first = program.runBatch(packets, { repeat: 1000 });
      expect([...first.verdicts]).toEqual([1, 1, 1]);
      expect(first).toMatchObject({ runs: 3000, cost: { unit: 'ns' } });
      expect(first.note).toBeUndefined();
      expect(network()).toBe(home);

      const whats = held().map(({ what }) => what);
      expect(whats).toHaveLength(2);
      expect(whats).not.toContain(home);
      const linkFd = held().find(({ what }) => !what.startsWith('net:'))?.fd;
      expect(readFileSync(`/proc/self/fdinfo/${linkFd}`, 'utf8')).toMatch(/link_type:\s*xdp/);

      program.runBatch(packets, { repeat: 2 });
      expect(held()).toHaveLength(2);
      await object.close();
      expect(held()).toEqual([]);
      expect(openDescriptors()).toBe(descriptors);
      expect(network()).toBe(home);
    });

    it('is not needed for single runs, nor for a program that changes packets', async () => {
      const drop = await loadProgram('r0 = 1\nexit');
      drop.runBatch(packets);
      const adjustsTail = await loadProgram('r2 = -4\ncall 65\nr0 = 2\nexit');
      const { note } = adjustsTail.runBatch(packets, { repeat: 50 });
      expect(note).toMatch(/feeding the packet/);
      expect(held()).toEqual([]);
    });

    it('a program that begins to change packets later is noted', async () => {
      const runs = mapSpec({ name: 'n', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 });
      const object = await load(link(changesLate, { maps: [runs] }));
      const { note } = only(object.programs).runBatch(packets, { repeat: 10_000 });
      expect(note).toMatch(/2 of 2 distinct packets were changed in a later run/);
    });

    it('calls too short for the timer are noted', async () => {
      const program = await loadProgram('r0 = 1\nexit');
      const { note } = program.runBatch(packets, { repeat: 2 });
      expect(note).toMatch(/2 of 2 distinct packets ran for less than 2.5 us per call/);
    });

    it('without CAP_SYS_ADMIN, packets are fed instead', async () => {
      const caps = ['bpf', 'net_admin', 'perfmon'].map((name) => `+${name}`).join(',');
      const { stdout } = await run(
        'setpriv',
        [
          ...['--reuid=65534', '--regid=65534', '--clear-groups'],
          ...[`--inh-caps=${caps}`, `--ambient-caps=${caps}`, process.execPath, CHILD],
        ],
        { timeout: 30_000 },
      );
      expect(JSON.parse(stdout)).toEqual({
        verdicts: [1, 1, 1],
        runs: 300,
        note: expect.stringMatching(/feeding the packet/),
        links: 0,
      });
    });
  });

  describeLinux('by way of a private network', () => {
    it('that is left again, whatever happens in it', async () => {
      const result = await openLibbpf();
      if (!result.ok) throw new Error(result.reason);
      const { libbpf } = result;
      const home = network();
      const descriptors = openDescriptors();
      let inside = home;
      const failing = () =>
        inPrivateNetwork(libbpf, ({ loopback }) => {
          inside = network();
          throw new Error(`lo is ${loopback}`);
        });
      expect(failing).toThrow(/^lo is [1-9]/);
      expect(inside).not.toBe(home);
      expect(network()).toBe(home);
      expect(inPrivateNetwork(libbpf, () => null)).toBeNull();
      expect(openDescriptors()).toBe(descriptors);
    });
  });
});

describeIf(onLinux ? null : 'there are no network namespaces', 'a private network', () => {
  /** Answers in order; nothing moves. */
  function answers(
    entering: readonly number[],
    unshare: number,
  ): { libbpf: Libbpf; calls: string[] } {
    const calls: string[] = [];
    const enter = [...entering];
    const libbpf = {
      enterNetwork: () => {
        calls.push('enter');
        return enter.shift() ?? 0;
      },
      unshareNetwork: () => {
        calls.push('unshare');
        return unshare;
      },
      interfaceIndex: () => 1,
    };
    return { libbpf: libbpf as Partial<Libbpf> as Libbpf, calls };
  }
  const never = (): never => {
    throw new Error('nothing may run here');
  };

  it.each([
    { what: 'the way back is refused', enter: [-EPERM], unshare: 0, calls: ['enter'] },
    { what: 'unshare is refused', enter: [0], unshare: -EPERM, calls: ['enter', 'unshare'] },
  ])('$what: nothing is left or entered', ({ enter, unshare, calls }) => {
    const fake = answers(enter, unshare);
    const before = openDescriptors();
    expect(inPrivateNetwork(fake.libbpf, never)).toBeNull();
    expect(fake.calls).toEqual(calls);
    expect(openDescriptors()).toBe(before);
  });

  it.each([
    { what: 'is the old one', enter: [0, 0], error: InternalError },
    { what: 'cannot be left', enter: [0, -EPERM], error: NetworkNamespaceError },
  ])('that $what is fatal', ({ enter, error }) => {
    const before = openDescriptors();
    expect(() => inPrivateNetwork(answers(enter, 0).libbpf, never)).toThrow(error);
    expect(openDescriptors()).toBe(before);
  });
});
