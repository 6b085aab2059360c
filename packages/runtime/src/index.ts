// The contract and its errors.
export type {
  Backend,
  BackendStatus,
  BatchOptions,
  BatchResult,
  BpfMap,
  Capabilities,
  Cost,
  LoadedObject,
  LoadOptions,
  Program,
  ProgramInput,
  RunResult,
} from './backend.ts';
export {
  BackendUnavailableError,
  ClosedError,
  MapOperationError,
  MapSizeError,
  PacketSizeError,
  UnsupportedFeatureError,
} from './errors.ts';
// The reference interpreter.
export type { CoverageReport, LineCoverage } from './interpreter/coverage.ts';
export type { Route, RouteQuery, RouteTable } from './interpreter/environment.ts';
export { createInterpreter, type InterpreterOptions } from './interpreter/interpreter.ts';
export { coverageOf } from './interpreter/interpreter-program.ts';
export { type FaultDetail, type FaultKind, ProgramFault } from './interpreter/program-fault.ts';
export {
  createStepper,
  type PointerView,
  type Position,
  type Stepper,
} from './interpreter/stepper.ts';
export {
  createMapStorage,
  type MapStorageOptions,
  RUNTIME_MAP_TYPES,
} from './maps/create-map-storage.ts';
export { type LoaderMachine, loaderEntries } from './maps/loader-entries.ts';
export { createMapHandle, type MapHandleOptions, storageOf } from './maps/map-handle.ts';
export {
  type BaseStorage,
  isPerCpu,
  type MapStorage,
  type PerfEventStorage,
  type QueueStorage,
  type RedirectStorage,
  type ReferenceStorage,
  type RingBufferStorage,
  userValueSize,
  type ValueMemory,
  type ValueStorage,
} from './maps/map-storage.ts';
export { type TypedMap, type TypedMapOptions, typedMap } from './maps/typed-map.ts';
export {
  type Capture,
  type CapturedPacket,
  type CaptureInterface,
  captureToBatch,
  LINKTYPE_ETHERNET,
  type Timestamp,
} from './packets/capture/capture.ts';
export { readCapture } from './packets/capture/read-capture.ts';
export {
  type PacketRecord,
  type WriteOptions,
  writePcap,
  writePcapng,
} from './packets/capture/write-capture.ts';
export { checkBatch } from './packets/check-batch.ts';
// Packets and backend selection.
export {
  CaptureFormatError,
  LinkTypeError,
  PacketBatchSizeError,
  PacketTextError,
} from './packets/errors.ts';
export { parseIpv4, parseIpv6, parseMac } from './packets/frames/address.ts';
export { internetChecksum } from './packets/frames/checksum.ts';
export { formatHex, parseHex } from './packets/frames/hex.ts';
export { frame, type Layer, padFrame } from './packets/frames/layer.ts';
export { type EthernetOptions, ethernet, type VlanOptions, vlan } from './packets/frames/link.ts';
export {
  type Ipv4Options,
  type Ipv6Options,
  ipv4,
  ipv6,
} from './packets/frames/network.ts';
export {
  type IcmpOptions,
  icmp,
  icmpv6,
  type PortOptions,
  TCP_FLAG,
  type TcpOptions,
  tcp,
  udp,
} from './packets/frames/transport.ts';
export { FLOW_KINDS, type FlowKind, flowFrame } from './packets/generate/flow.ts';
export { Random } from './packets/generate/random.ts';
export {
  type RandomPacketOptions,
  randomBatch,
  randomPackets,
} from './packets/generate/random-packets.ts';
export { type WorkloadOptions, workloadBatch } from './packets/generate/workload.ts';
export { type PacketLimits, packetLimits } from './packets/limits.ts';
export { type PacketBatch, packetAt, packetBatch } from './packets/packet-batch.ts';
export { groupPackets, type PacketGroups } from './packets/packet-groups.ts';
export { requireBytes } from './require-bytes.ts';
export { selectPrograms } from './select-programs.ts';
export {
  type BackendName,
  BackendNameError,
  findBackend,
  parseBackendName,
} from './selection/backend-name.ts';
export {
  type BackendProbe,
  NoBackendError,
  probeAll,
  requireBackend,
  type SelectOptions,
  selectBackend,
} from './selection/select-backend.ts';
