import type { MapSpec } from '@anybpf/bytecode';

/** A map definition as tests write it: what is left out is what an object file leaves out. */
export function mapSpec(spec: Partial<MapSpec> & Pick<MapSpec, 'type'>): MapSpec {
  return {
    name: 'm',
    keySize: 4,
    valueSize: 8,
    maxEntries: 4,
    flags: 0,
    mapExtra: 0n,
    numaNode: 0,
    pinning: 'none',
    inner: null,
    btfKeyTypeId: 0,
    btfValueTypeId: 0,
    initialSlots: [],
    globals: null,
    ...spec,
  };
}

export function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A u32 as the bytes of a key or value. */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
