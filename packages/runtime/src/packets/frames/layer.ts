/**
 * One protocol layer of a frame. Layers are written from the outside in; `frame` encodes them from
 * the inside out, so that lengths, protocol numbers and checksums follow from what they enclose.
 */
export interface Layer {
  /** How an Ethernet or VLAN header names this layer. */
  readonly etherType?: number;
  /** How an IP header names this layer (IANA protocol numbers). */
  readonly protocol?: number;
  /** What TCP, UDP and ICMPv6 checksums add of the IP header around them; IP layers alone. */
  pseudoHeader?(protocol: number, length: number): Uint8Array;
  /** Header and payload. */
  encode(payload: Uint8Array, inner: Layer | undefined, outer: Layer | undefined): Uint8Array;
}

/**
 * Builds a frame from its layers, the outermost first; plain bytes are the payload.
 *
 *     frame(ethernet(), vlan({ id: 7 }), ipv4({ dst: '192.0.2.1' }), udp({ dstPort: 53 }), query)
 */
export function frame(...layers: readonly (Layer | Uint8Array)[]): Uint8Array {
  const stack = layers.map((layer) => (layer instanceof Uint8Array ? rawBytes(layer) : layer));
  let bytes: Uint8Array = new Uint8Array(0);
  for (let i = stack.length - 1; i >= 0; i--) {
    bytes = (stack[i] as Layer).encode(bytes, stack[i + 1], stack[i - 1]);
  }
  return bytes;
}

/** The frame lengthened with zeros to `size` bytes, or unchanged where it is longer. */
export function padFrame(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length >= size) return bytes;
  const padded = new Uint8Array(size);
  padded.set(bytes);
  return padded;
}

/** A header of `size` bytes, filled through a big-endian view, in front of the payload. */
export function prepend(
  size: number,
  payload: Uint8Array,
  fill: (view: DataView, bytes: Uint8Array) => void,
): Uint8Array {
  const bytes = new Uint8Array(size + payload.length);
  bytes.set(payload, size);
  fill(new DataView(bytes.buffer), bytes);
  return bytes;
}

function rawBytes(bytes: Uint8Array): Layer {
  return { encode: (payload) => prepend(bytes.length, payload, (_, out) => out.set(bytes)) };
}
