/** What a machine takes from outside; everything else about a run is determined by its input. */
export interface Environment {
  /** CPUs that per-CPU maps have slots for. */
  readonly cpus: number;
  /** CPU that programs run on. */
  readonly cpu: number;
  /** Nanoseconds since boot, a safe integer. */
  readonly clock: () => number;
  /** The next unsigned 32-bit random number. */
  readonly random: () => number;
  /** Takes each message of bpf_trace_printk, without a newline of its own. */
  readonly trace: (message: string) => void;
  /** Instructions that a run may execute. */
  readonly budget: number;
  /** null: nothing is forwarded. */
  readonly routes: RouteTable | null;
}

/** What bpf_fib_lookup asks of the host. Addresses are bytes in network order, 4 or 16 of them. */
export interface RouteQuery {
  readonly family: 'ipv4' | 'ipv6';
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly ifindex: number;
}

export interface Route {
  readonly ifindex: number;
  /** 6 bytes each. */
  readonly sourceMac: Uint8Array;
  readonly destinationMac: Uint8Array;
}

/** null: there is no route. */
export type RouteTable = (query: RouteQuery) => Route | null;

interface HostPerformance {
  readonly performance?: { now(): number };
}

/** Wall clock in nanoseconds from an arbitrary start: the host's monotonic one where it has one. */
export function hostClock(): () => number {
  const { performance } = globalThis as HostPerformance;
  if (performance === undefined) return () => Date.now() * 1_000_000;
  return () => Math.floor(performance.now() * 1_000_000);
}

/** xorshift32 (Marsaglia 2003): deterministic for a seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0 || 0x9e37_79b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
