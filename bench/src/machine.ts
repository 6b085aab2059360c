import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';

/** Where a measurement was made. No name of the host: reports are published. */
export interface Machine {
  readonly cpu: string;
  /** Logical. */
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly arch: string;
  /** E.g. "Debian GNU/Linux 12 (bookworm)". */
  readonly os: string;
  /** Release of the kernel. */
  readonly kernel: string;
  /** One-minute load average at the start; 0 on Windows. */
  readonly load: number;
}

export function thisMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() || 'unknown',
    cores: processors.length,
    memory: totalmem(),
    arch: arch(),
    os: osName(),
    kernel: release(),
    load: loadavg()[0] ?? 0,
  };
}

/** Versions of this package and of what runs it. */
export function theseVersions(): Record<string, string> {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return {
    anybpf: String(Reflect.get(Object(manifest), 'version')),
    node: process.versions.node,
    v8: process.versions.v8,
    kernel: release(),
  };
}

function osName(): string {
  try {
    const match = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'));
    return match?.[1] ?? type();
  } catch {
    // Not a Linux distribution.
    return type();
  }
}
