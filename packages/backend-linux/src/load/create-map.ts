import type { MapSpec, MapTypeRow } from '@anybpf/bytecode';
import { linux } from '@anybpf/bytecode';
import { loaderEntries, UnsupportedFeatureError } from '@anybpf/runtime';
import { Descriptors } from '../descriptor.ts';
import { ERRNO, errnoName } from '../errno.ts';
import { KernelRefusedError } from '../errors.ts';
import type { Libbpf } from '../libbpf-functions.ts';
import { possibleCpus } from '../maps/cpus.ts';
import { type MapAccess, userValueSize } from '../maps/map-access.ts';
import { mapCreateOptions } from '../options.ts';
import { explainPermission } from '../privileges.ts';
import { refuseOversized } from './map-memory.ts';

/** Value types that the kernel does not describe by BTF: it refuses their type ids. */
const WITHOUT_BTF: ReadonlySet<string> = new Set([
  'program',
  'map',
  'perf-event',
  'cgroup',
  'device',
  'cpu',
  'socket',
  'stack-trace',
]);

/**
 * Creates one map, empty; maps of maps with a template of their inner map that is closed again.
 *
 * @param btfFd of the object's BTF; 0 without
 */
export function createMap(
  libbpf: Libbpf,
  open: Descriptors,
  spec: MapSpec,
  btfFd: number,
): MapAccess {
  const row = linux.mapTypeByName(spec.type);
  if (row === undefined || row.values === 'struct-ops') {
    throw new UnsupportedFeatureError(`map type ${spec.type} (map ${spec.name})`, 'linux');
  }
  const machine = { cpus: possibleCpus(), pageSize: libbpf.pageSize() };
  const maxEntries = loaderEntries(spec, machine);
  const cpus = row.perCpu ? machine.cpus : 1;
  refuseOversized(spec, row, maxEntries, machine.cpus);
  const descriptor = open.adopt(
    createWithTemplate(libbpf, row, spec, maxEntries, btfFd),
    `map ${spec.name}`,
  );
  return {
    libbpf,
    descriptor,
    spec,
    row,
    maxEntries,
    cpus,
    keySize: spec.keySize,
    valueSize: userValueSize(row, spec.valueSize, cpus),
  };
}

/** At most 15 characters of those that the kernel takes in a name. */
export function kernelName(name: string): string {
  return name.replace(/[^A-Za-z0-9_.]/g, '_').slice(0, 15);
}

function createWithTemplate(
  libbpf: Libbpf,
  row: MapTypeRow,
  spec: MapSpec,
  maxEntries: number,
  btfFd: number,
): number {
  if (!row.needsInnerMap) return create(libbpf, row, spec, maxEntries, 0, btfFd);
  if (spec.inner === null) {
    throw new KernelRefusedError(
      `creating map ${spec.name}`,
      'EINVAL',
      `a map of type ${spec.type} needs the definition of its inner maps`,
    );
  }
  const template = new Descriptors(`the template of map ${spec.name}`);
  try {
    const inner = createMap(libbpf, template, spec.inner, btfFd);
    return create(libbpf, row, spec, maxEntries, inner.descriptor.fd, btfFd);
  } finally {
    template.closeAll();
  }
}

function create(
  libbpf: Libbpf,
  row: MapTypeRow,
  spec: MapSpec,
  maxEntries: number,
  innerMapFd: number,
  btfFd: number,
): number {
  const attempt = (btf: number): number =>
    libbpf.mapCreate(
      row.number,
      kernelName(spec.name),
      spec.keySize,
      spec.valueSize,
      maxEntries,
      mapCreateOptions(libbpf, {
        flags: spec.flags,
        extra: spec.mapExtra,
        numaNode: spec.numaNode,
        innerMapFd,
        btfFd: btf,
        btfKeyTypeId: btf === 0 ? 0 : spec.btfKeyTypeId,
        btfValueTypeId: btf === 0 ? 0 : spec.btfValueTypeId,
      }),
    );
  const typed = spec.btfValueTypeId !== 0 && !WITHOUT_BTF.has(row.values);
  let fd = attempt(typed ? btfFd : 0);
  // Types are for readers of the map: one that the kernel does not like must not prevent it.
  if (fd < 0 && typed && btfFd !== 0 && !row.needsBtf) fd = attempt(0);
  if (fd >= 0) return fd;
  throw new KernelRefusedError(
    `creating map ${spec.name} (${spec.type}, key ${spec.keySize}, value ${spec.valueSize}, ${maxEntries} entries)`,
    errnoName(fd),
    remedy(-fd, spec),
  );
}

function remedy(errno: number, spec: MapSpec): string {
  switch (errno) {
    case ERRNO.EPERM: {
      const { reason, remedy: cure } = explainPermission();
      return `${reason}. ${cure}`;
    }
    case ERRNO.E2BIG:
    case ERRNO.ENOMEM:
      return 'the map is larger than the kernel allows: fewer or smaller entries';
    case ERRNO.EINVAL:
      return `the kernel does not take these sizes or flags (0x${spec.flags.toString(16)}) for a map of type ${spec.type}`;
    default:
      return `the kernel refuses a map of type ${spec.type}`;
  }
}
