import { errno, type MapSpec } from '@anybpf/bytecode';
import { copyBytes } from './bytes.ts';
import { BPF_EXIST, BPF_NOEXIST } from './map-flags.ts';
import type { QueueStorage } from './map-storage.ts';
import { StorageBase } from './storage-base.ts';
import { ValueArea } from './value-area.ts';

/**
 * queue and stack (kernel/bpf/queue_stack_maps.c). A push with BPF_EXIST into a full one drops the
 * oldest value, of a stack too.
 */
export class FifoLifoStorage extends StorageBase implements QueueStorage {
  readonly kind = 'queue';
  readonly #area: ValueArea;
  readonly #maxEntries: number;
  readonly #isStack: boolean;
  /** Place of the oldest value; places are taken in turn, modulo max_entries. */
  #tail = 0;
  #count = 0;

  constructor(spec: MapSpec, cpus: number) {
    super(spec, cpus);
    this.#maxEntries = spec.maxEntries;
    this.#isStack = spec.type === 'stack';
    this.#area = new ValueArea(spec.valueSize, spec.maxEntries);
  }

  push(value: Uint8Array, valueAt: number, flags: number): number {
    if (flags > BPF_EXIST || (flags & BPF_NOEXIST) !== 0) return -errno.EINVAL;
    if (this.#count === this.#maxEntries) {
      if (flags !== BPF_EXIST) return -errno.E2BIG;
      this.#dropOldest();
    }
    const place = (this.#tail + this.#count) % this.#maxEntries;
    if (!this.#area.ensure(place + 1)) return -errno.ENOMEM;
    copyBytes(value, valueAt, this.#area.bytes, place * this.#area.stride, this.spec.valueSize);
    this.#count++;
    return 0;
  }

  pop(out: Uint8Array, outAt: number): number {
    const result = this.peek(out, outAt);
    if (result !== 0) return result;
    if (this.#isStack) this.#count--;
    else this.#dropOldest();
    return 0;
  }

  peek(out: Uint8Array, outAt: number): number {
    const size = this.spec.valueSize;
    if (this.#count === 0) {
      out.fill(0, outAt, outAt + size);
      return -errno.ENOENT;
    }
    const index = this.#isStack ? this.#count - 1 : 0;
    const place = (this.#tail + index) % this.#maxEntries;
    copyBytes(this.#area.bytes, place * this.#area.stride, out, outAt, size);
    return 0;
  }

  override update(): number {
    return -errno.EINVAL;
  }

  override delete(): number {
    return -errno.EINVAL;
  }

  override nextKey(): number {
    return -errno.EINVAL;
  }

  override copyOut(_key: Uint8Array, out: Uint8Array): number {
    return this.peek(out, 0);
  }

  override copyIn(_key: Uint8Array, value: Uint8Array, flags: number): number {
    return this.push(value, 0, flags);
  }

  #dropOldest(): void {
    this.#tail = (this.#tail + 1) % this.#maxEntries;
    this.#count--;
  }
}
