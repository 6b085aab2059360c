import { AnyBpfError } from '@anybpf/bytecode';

/** A ring cannot be filled as asked. */
export class MaglevRingError extends AnyBpfError {
  readonly code = 'MAGLEV_RING';
  readonly size: number;
  readonly backends: number;

  constructor(reason: string, size: number, backends: number) {
    super(`Maglev ring of ${size} slots for ${backends} backends: ${reason}`);
    this.size = size;
    this.backends = backends;
  }
}

/**
 * Fills a Maglev ring (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load
 * Balancer", NSDI 2016, section 3.4): every backend has its own order of preference over the slots,
 * and they take turns, each the first slot in its order that is still free. Shares differ by one
 * slot at most, and a backend that comes or goes moves few slots of the others.
 *
 * @param backends names; a name's order of preference depends on nothing but the name
 * @param size slots, a prime, so that every order of preference reaches every slot
 * @returns per slot the index of its backend in `backends`
 * @throws MaglevRingError for no backend, more backends than slots, or a size that is no prime
 */
export function maglevRing(backends: readonly string[], size: number): Uint32Array {
  if (backends.length === 0 || backends.length > size) {
    throw new MaglevRingError(
      'needs at least one backend and a slot for each',
      size,
      backends.length,
    );
  }
  if (!isPrime(size)) throw new MaglevRingError('the size has to be prime', size, backends.length);

  const orders = backends.map((name) => ({
    slot: hash(name, OFFSET_SEED) % size,
    skip: (hash(name, SKIP_SEED) % (size - 1)) + 1,
  }));
  const ring = new Uint32Array(size).fill(FREE);
  for (let taken = 0; taken < size; ) {
    for (const [backend, order] of orders.entries()) {
      while (ring[order.slot] !== FREE) order.slot = (order.slot + order.skip) % size;
      ring[order.slot] = backend;
      taken++;
      if (taken === size) break;
    }
  }
  return ring;
}

const FREE = 0xffff_ffff;
const OFFSET_SEED = 0x811c9dc5;
const SKIP_SEED = 0x9747b28c;

/** FNV-1a over the UTF-16 units, then MurmurHash3's finaliser: similar names must not stay similar. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

function isPrime(value: number): boolean {
  if (!Number.isInteger(value) || value < 2) return false;
  for (let divisor = 2; divisor * divisor <= value; divisor++) {
    if (value % divisor === 0) return false;
  }
  return true;
}
