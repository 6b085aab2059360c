import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCapture, writePcap } from '@anybpf/runtime';

const TCPDUMP = 'tcpdump';
const NANOSECONDS = 1000;

/** tcpdump's own output. @throws Error with its message, or when it does not start */
export function tcpdump(...args: readonly string[]): Buffer {
  const { error, status, stdout, stderr } = spawnSync(TCPDUMP, args, { maxBuffer: 1 << 26 });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`tcpdump ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** null, or why tcpdump cannot be compared with. */
export function tcpdumpAbsent(): string | null {
  const { error } = spawnSync(TCPDUMP, ['--version']);
  return error === undefined ? null : `tcpdump does not start: ${error.message}`;
}

/** Packets as a pcap file, by whose time stamps tcpdump's output tells them apart. */
export class PacketFile implements Disposable {
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'anybpf-classic-'));
  readonly #file: string;

  constructor(packets: readonly Uint8Array[]) {
    this.#file = join(this.#folder, 'packets.pcap');
    const records = packets.map((data, index) => ({
      data,
      timestamp: { seconds: 1, nanoseconds: index * NANOSECONDS },
    }));
    writeFileSync(this.#file, writePcap(records));
  }

  /** Indices of the packets that tcpdump lets through. */
  accepted(expression: string): ReadonlySet<number> {
    const output = tcpdump('-r', this.#file, '-w', '-', expression);
    return new Set(
      readCapture(output).packets.map(
        ({ timestamp }) => (timestamp?.nanoseconds ?? -1) / NANOSECONDS,
      ),
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
