import type { LinkedProgram, ProgramTypeName, ProgramTypeRow } from '@anybpf/bytecode';
import { linux } from '@anybpf/bytecode';
import { UnsupportedFeatureError } from '@anybpf/runtime';
import type { Descriptors } from '../descriptor.ts';
import { ERRNO, errnoName } from '../errno.ts';
import { KernelRefusedError, VerifierRejectionError } from '../errors.ts';
import type { Libbpf } from '../libbpf-functions.ts';
import { type ProgramDebugInfo, type ProgramLoadFields, programLoadOptions } from '../options.ts';
import { explainPermission } from '../privileges.ts';
import type { LoadedProgram } from '../run/linux-program.ts';
import { kernelName } from './create-map.ts';
import { functionInfo, lineInfo } from './debug-info.ts';
import { explainPoisonedCall } from './poisoned-call.ts';
import { LOG_BUFFER_SIZE, neverStarted, readLog, summarizeLog } from './verifier-log.ts';

const BPF_F_SLEEPABLE = 1 << 4;
const BPF_F_XDP_HAS_FRAGS = 1 << 5;

/** What all programs of an object share. */
export interface ProgramEnvironment {
  readonly license: string;
  readonly kernelVersion: number;
  readonly mapFds: readonly number[];
  /** 0 without. */
  readonly btfFd: number;
}

/**
 * Loads one program; its file descriptor goes to `open`.
 *
 * @throws VerifierRejectionError, KernelRefusedError, UnsupportedFeatureError
 */
export function loadProgram(
  libbpf: Libbpf,
  open: Descriptors,
  program: LinkedProgram,
  type: ProgramTypeName,
  environment: ProgramEnvironment,
): LoadedProgram {
  const row = linux.programTypeByName(type);
  if (row === undefined) {
    throw new UnsupportedFeatureError(`program type ${type} (program ${program.name})`, 'linux');
  }
  const attachType = attachTypeNumber(program, row);
  const flags = programFlags(program, row);
  const fd = tryLoad(libbpf, program, row, environment, { attachType, flags });
  const descriptor = open.adopt(fd, `program ${program.name}`);
  return { libbpf, linked: program, type, descriptor, attachType, flags };
}

type LoadExtras = Pick<ProgramLoadFields, 'debug' | 'log'>;

function tryLoad(
  libbpf: Libbpf,
  program: LinkedProgram,
  row: ProgramTypeRow,
  environment: ProgramEnvironment,
  request: Pick<ProgramLoadFields, 'attachType' | 'flags'>,
): number {
  const debug = debugInfo(program, environment.btfFd);
  const fields: ProgramLoadFields = {
    ...request,
    kernelVersion: environment.kernelVersion,
    attachBtfId: row.attachesByBtf ? attachBtfId(libbpf, program, row) : 0,
    mapFds: environment.mapFds,
  };
  const attempt = (more: LoadExtras): number =>
    libbpf.programLoad(
      row.number,
      kernelName(program.name),
      environment.license,
      program.code.bytes,
      programLoadOptions(libbpf, { ...fields, ...more }).bytes,
    );

  let { result, log } = loadOrExplain(attempt, debug);
  if (result < 0 && debug.debug !== undefined && neverStarted(log)) {
    // Debug information that the kernel does not like must not keep a good program out.
    ({ result, log } = loadOrExplain(attempt, {}));
  }
  if (result >= 0) return result;
  throw loadError(program, row, -result, log);
}

/**
 * A good program is verified once, without a log. For a bad one, verification may take seconds, so
 * that it is repeated once and no more, into a buffer that the end of the log fits in.
 *
 * @returns file descriptor or negated errno; the log is empty where the kernel wrote none
 */
function loadOrExplain(
  attempt: (more: LoadExtras) => number,
  debug: LoadExtras,
): { result: number; log: string } {
  const result = attempt(debug);
  if (result >= 0) return { result, log: '' };
  const buffer = new Uint8Array(new ArrayBuffer(LOG_BUFFER_SIZE));
  const repeated = attempt({ ...debug, log: buffer });
  // Of a log longer than its buffer the kernel says ENOSPC: the verdict is that of the first time.
  return repeated >= 0 ? { result: repeated, log: '' } : { result, log: readLog(buffer) };
}

/** The kernel looks at line info only beside func info, and wants that of every function. */
function debugInfo(program: LinkedProgram, btfFd: number): { readonly debug?: ProgramDebugInfo } {
  const functions = btfFd === 0 ? null : functionInfo(program);
  return functions === null ? {} : { debug: { btfFd, functions, lines: lineInfo(program) } };
}

/** enum bpf_attach_type; 0 where the program says none. */
function attachTypeNumber(program: LinkedProgram, row: ProgramTypeRow): number {
  const name = program.attachType ?? (row.needsAttachType ? row.attachTypes[0] : undefined);
  return name === undefined ? 0 : (linux.attachTypes[name] ?? 0);
}

/** prog_flags of BPF_PROG_LOAD. */
function programFlags(program: LinkedProgram, row: ProgramTypeRow): number {
  const sleepable = program.sleepable || row.sleepable === 'always';
  return (sleepable ? BPF_F_SLEEPABLE : 0) | (program.fragments ? BPF_F_XDP_HAS_FRAGS : 0);
}

/** BTF id in vmlinux of the function, hook or iterator that the section name ends with. */
function attachBtfId(libbpf: Libbpf, program: LinkedProgram, row: ProgramTypeRow): number {
  if (row.inheritsTarget || row.name === 'struct_ops' || program.attachTarget === '') {
    throw new UnsupportedFeatureError(
      `programs of type ${row.name} without a kernel function (program ${program.name})`,
      'linux',
    );
  }
  const id = libbpf.vmlinuxBtfId(program.attachTarget, attachTypeNumber(program, row));
  if (id >= 0) return id;
  throw new KernelRefusedError(
    `${program.name}: finding ${program.attachTarget} in the kernel's types`,
    errnoName(id),
    'the running kernel has no such function, hook or iterator',
  );
}

function loadError(
  program: LinkedProgram,
  row: ProgramTypeRow,
  errno: number,
  log: string,
): VerifierRejectionError | KernelRefusedError {
  const summary = summarizeLog(log, program.lines);
  if (summary.length > 0) {
    const reasons = [...summary, ...explainPoisonedCall(program, log)];
    return new VerifierRejectionError(program.name, errnoName(errno), reasons, log);
  }
  return new KernelRefusedError(
    `loading program ${program.name} (${row.name})`,
    errnoName(errno),
    refusal(errno, row),
  );
}

function refusal(errno: number, row: ProgramTypeRow): string {
  switch (errno) {
    case ERRNO.EPERM: {
      const { reason, remedy } = explainPermission();
      return `${reason}. ${remedy}`;
    }
    case ERRNO.E2BIG:
      return 'the program has more instructions than the kernel takes';
    case ERRNO.EINVAL:
      return `this kernel does not take programs of type ${row.name} in this form (attach type, flags or instructions)`;
    default:
      return `the kernel refuses a program of type ${row.name}`;
  }
}
