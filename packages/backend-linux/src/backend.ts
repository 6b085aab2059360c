import type {
  LinkedObject,
  LinkedProgram,
  MapTypeName,
  ProgramTypeName,
  VerifiedObject,
} from '@anybpf/bytecode';
import { isVerified, linux } from '@anybpf/bytecode';
import {
  type Backend,
  type BackendStatus,
  BackendUnavailableError,
  type Capabilities,
  type LoadedObject,
  type LoadOptions,
  selectPrograms,
  UnsupportedFeatureError,
} from '@anybpf/runtime';
import { Descriptors } from './descriptor.ts';
import { openLibbpf } from './libbpf.ts';
import type { Libbpf } from './libbpf-functions.ts';
import { createMap } from './load/create-map.ts';
import { fillGlobals, fillInnerMaps, fillProgramArray } from './load/fill-map.ts';
import { loadProgram, type ProgramEnvironment } from './load/load-program.ts';
import { LinuxObject } from './loaded-object.ts';
import { LinuxMap } from './maps/linux-map.ts';
import { probeLinux } from './probe.ts';
import { LinuxProgram } from './run/linux-program.ts';
import { TestRun } from './run/test-run.ts';

/** The kernel this process runs on, driven through libbpf. No interface of this machine is touched. */
export function createLinuxBackend(): Backend {
  return new LinuxBackend();
}

class LinuxBackend implements Backend {
  readonly name = 'linux';
  readonly variants: readonly string[] = [];
  /** All that the tables know: the kernel's own verifier says which of it this machine lacks. */
  readonly capabilities: Capabilities = {
    programTypes: new Set(linux.programTypes.map(({ name }) => name as ProgramTypeName)),
    mapTypes: new Set(linux.mapTypes.map(({ name }) => name as MapTypeName)),
    helpers: new Set(linux.helpers.map(({ number }) => number)),
  };
  #test: TestRun | undefined;

  probe(): Promise<BackendStatus> {
    return probeLinux();
  }

  /** @throws VerifierRejectionError, KernelRefusedError besides those of the contract */
  async load(object: VerifiedObject, options: LoadOptions = {}): Promise<LoadedObject> {
    if (!isVerified(object)) {
      throw new UnsupportedFeatureError(
        'objects that neither the verifier nor trustWithoutVerification has let pass',
        this.name,
      );
    }
    const result = await openLibbpf();
    if (!result.ok) throw new BackendUnavailableError(this.name, result.reason, result.remedy);
    const { linked } = object;
    if (linked.endianness !== 'little') {
      throw new UnsupportedFeatureError('big-endian objects on this machine', this.name);
    }
    const programs = selectPrograms(linked, options);
    for (const program of programs) this.#refuseUnresolved(program);
    this.#test ??= new TestRun(result.libbpf);
    const open = new Descriptors(`the object of ${programs.map(({ name }) => name).join(', ')}`);
    try {
      return loadInto(open, result.libbpf, linked, programs, options, this.#test);
    } catch (error) {
      open.closeAll();
      throw error;
    }
  }

  #refuseUnresolved({ name, unresolvedCoreRelocations: count }: LinkedProgram): void {
    if (count > 0) {
      throw new UnsupportedFeatureError(
        `CO-RE relocations, of which program ${name} has ${count} unresolved`,
        this.name,
      );
    }
  }
}

function loadInto(
  open: Descriptors,
  libbpf: Libbpf,
  linked: LinkedObject,
  selected: readonly LinkedProgram[],
  options: LoadOptions,
  test: TestRun,
): LinuxObject {
  const btfFd = loadBtf(open, libbpf, linked);
  const accesses = linked.maps.map((spec) => createMap(libbpf, open, spec, btfFd));
  for (const access of accesses) fillGlobals(access);
  const maps = new Map(accesses.map((access) => [access.spec.name, new LinuxMap(access)]));
  for (const map of maps.values()) {
    if (map.spec.inner !== null) fillInnerMaps(map, maps);
  }

  const environment: ProgramEnvironment = {
    license: linked.license ?? '',
    kernelVersion: linked.version ?? 0,
    mapFds: accesses.map(({ descriptor }) => descriptor.fd),
    btfFd,
  };
  const programs = new Map<string, LinuxProgram>();
  for (const program of selected) {
    const type = program.type ?? options.defaultProgramType ?? 'socket_filter';
    const loaded = loadProgram(libbpf, open, program, type, environment);
    programs.set(program.name, new LinuxProgram(loaded, test));
  }
  for (const map of maps.values()) {
    if (map.spec.type === 'prog_array') fillProgramArray(map, programs);
  }
  return new LinuxObject(open, programs, maps);
}

/** @returns its file descriptor, 0 where there is none or the kernel does not take it */
function loadBtf(open: Descriptors, libbpf: Libbpf, linked: LinkedObject): number {
  if (linked.btf === null) return 0;
  const fd = libbpf.btfLoad(linked.btf.bytes);
  return fd < 0 ? 0 : open.adopt(fd, 'BTF').fd;
}
