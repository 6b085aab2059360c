import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { allBackends } from '../backends.ts';
import type { Command } from '../command.ts';
import { VERSION } from '../version.ts';

interface Check {
  readonly name: string;
  /** `note`: works, but something is missing that some users want. */
  readonly status: 'good' | 'note' | 'bad';
  readonly detail: string;
  readonly remedy?: string;
}

export const doctor: Command = {
  name: 'doctor',
  synopsis: '',
  summary: 'what this machine can do, what is missing and the remedy',
  options: {},
  positionals: [0, 0],
  async run({ json }, terminal) {
    const checks = [nodeVersion(), ...(await backendChecks()), ...kernelChecks(), compiler()];
    if (json) terminal.out(JSON.stringify({ version: VERSION, checks }, null, 2));
    else for (const check of checks) terminal.out(format(check));
    return checks.some(({ status }) => status === 'bad') ? 1 : 0;
  },
};

function format({ name, status, detail, remedy }: Check): string {
  const line = `${status.padEnd(4)}  ${name}: ${detail}`;
  return remedy === undefined ? line : `${line}\n      ${remedy}`;
}

function nodeVersion(): Check {
  return {
    name: 'Node.js',
    status: 'good',
    detail: `${process.version} on ${process.platform} ${process.arch}`,
  };
}

function backendChecks(): Promise<Check[]> {
  return Promise.all(
    allBackends().map(async (backend): Promise<Check> => {
      const name = `backend ${backend.name}`;
      const status = await backend.probe();
      return status.available
        ? { name, status: 'good', detail: status.version }
        : { name, status: 'note', detail: status.reason, remedy: status.remedy };
    }),
  );
}

function kernelChecks(): Check[] {
  if (process.platform !== 'linux') return [];
  return [kernelBtf(), jit()];
}

function kernelBtf(): Check {
  const name = 'kernel BTF';
  return existsSync('/sys/kernel/btf/vmlinux')
    ? { name, status: 'good', detail: '/sys/kernel/btf/vmlinux' }
    : {
        name,
        status: 'note',
        detail: 'absent, so CO-RE and tracing programs cannot load',
        remedy: 'run a kernel built with CONFIG_DEBUG_INFO_BTF=y',
      };
}

function jit(): Check {
  const name = 'kernel JIT';
  const file = '/proc/sys/net/core/bpf_jit_enable';
  try {
    const enabled = readFileSync(file, 'utf8').trim() !== '0';
    return enabled
      ? { name, status: 'good', detail: 'enabled' }
      : {
          name,
          status: 'note',
          detail: 'disabled, so the linux backend interprets',
          remedy: 'sysctl net.core.bpf_jit_enable=1',
        };
  } catch {
    return {
      name,
      status: 'good',
      detail: `${file} is absent: the JIT is always on or not offered`,
    };
  }
}

function compiler(): Check {
  const name = 'clang';
  const names = ['clang', 'clang-19', 'clang-18', 'clang-17', 'clang-16', 'clang-15', 'clang-14'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = names
    .flatMap((file) => folders.map((folder) => join(folder, file)))
    .find(isExecutable);
  return found === undefined
    ? {
        name,
        status: 'note',
        detail: 'not found; needed only to compile C programs to eBPF',
        remedy: 'Debian/Ubuntu: apt-get install clang llvm libbpf-dev',
      }
    : { name, status: 'good', detail: found };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
