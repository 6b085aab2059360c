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
// Packets and backend selection.
export {
  CaptureFormatError,
  LinkTypeError,
  PacketBatchSizeError,
  PacketTextError,
} from './packets/errors.ts';
export { type PacketBatch, packetAt, packetBatch } from './packets/packet-batch.ts';
export { groupPackets, type PacketGroups } from './packets/packet-groups.ts';
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
export { parseIpv4, parseIpv6, parseMac } from './packets/frames/address.ts';
export { internetChecksum } from './packets/frames/checksum.ts';
export { formatHex, parseHex } from './packets/frames/hex.ts';
export { frame, type Layer, padFrame } from './packets/frames/layer.ts';
export { ethernet, type EthernetOptions, vlan, type VlanOptions } from './packets/frames/link.ts';
export {
  ipv4,
  type Ipv4Options,
  ipv6,
  type Ipv6Options,
} from './packets/frames/network.ts';
export {
  icmp,
  type IcmpOptions,
  icmpv6,
  type PortOptions,
  TCP_FLAG,
  tcp,
  type TcpOptions,
  udp,
} from './packets/frames/transport.ts';
export { FLOW_KINDS, flowFrame, type FlowKind } from './packets/generate/flow.ts';
export { Random } from './packets/generate/random.ts';
export {
  randomBatch,
  type RandomPacketOptions,
  randomPackets,
} from './packets/generate/random-packets.ts';
export { workloadBatch, type WorkloadOptions } from './packets/generate/workload.ts';
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
  selectBackend,
  type SelectOptions,
} from './selection/select-backend.ts';
