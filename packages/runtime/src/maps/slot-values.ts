import { copyBytes } from './bytes.ts';
import { ValueArea } from './value-area.ts';

/** Bytes of struct bpf_spin_lock. */
const LOCK_SIZE = 4;

/**
 * Values addressed by slot and CPU. `lockAt` is the offset of a bpf_spin_lock in the value, which
 * no copy transfers (kernel copy_map_value), -1 where there is none, as in every per-CPU map.
 */
export class SlotValues {
  readonly area: ValueArea;
  readonly cpus: number;
  readonly lockAt: number;
  readonly #size: number;
  /** Bytes of a value to user space, and from one CPU's to the next. */
  readonly #userSize: number;

  /** @param perCpu user space exchanges values rounded up to 8 bytes */
  constructor(valueSize: number, slots: number, cpus: number, perCpu: boolean, lockAt: number) {
    this.area = new ValueArea(valueSize, slots * cpus);
    this.cpus = cpus;
    this.lockAt = lockAt;
    this.#size = valueSize;
    this.#userSize = perCpu ? Math.ceil(valueSize / 8) * 8 : valueSize;
  }

  ensure(slots: number): boolean {
    return this.area.ensure(slots * this.cpus);
  }

  offset(slot: number, cpu: number): number {
    return (this.cpus === 1 ? slot : slot * this.cpus + cpu) * this.area.stride;
  }

  /** Overwrites one CPU's value. */
  write(slot: number, cpu: number, value: Uint8Array, at: number): void {
    const to = this.offset(slot, cpu);
    const lock = this.lockAt;
    if (lock < 0) {
      copyBytes(value, at, this.area.bytes, to, this.#size);
      return;
    }
    copyBytes(value, at, this.area.bytes, to, lock);
    const rest = lock + LOCK_SIZE;
    copyBytes(value, at + rest, this.area.bytes, to + rest, this.#size - rest);
  }

  /**
   * A fresh entry from a program: this CPU's value, zeroes on the others (kernel pcpu_init_value).
   * The padding up to 8 bytes that user space sees is zero too; in the kernel it is what happens to
   * lie behind the program's value.
   */
  initialize(slot: number, cpu: number, value: Uint8Array, at: number): void {
    const start = this.offset(slot, 0);
    if (this.lockAt >= 0 || this.#userSize !== this.#size || this.cpus > 1) {
      this.area.bytes.fill(0, start, start + this.area.stride * this.cpus);
    }
    this.write(slot, cpu, value, at);
  }

  /** From user space: every CPU's value, with the padding behind it (kernel copy_map_value_long). */
  writeAll(slot: number, value: Uint8Array): void {
    if (this.lockAt >= 0) {
      this.write(slot, 0, value, 0);
      return;
    }
    const size = this.#userSize;
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      copyBytes(value, cpu * size, this.area.bytes, this.offset(slot, cpu), size);
    }
  }

  /** To user space, the spin lock shown as zero. */
  readAll(slot: number, out: Uint8Array): void {
    const size = this.#userSize;
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      copyBytes(this.area.bytes, this.offset(slot, cpu), out, cpu * size, size);
    }
    if (this.lockAt >= 0) out.fill(0, this.lockAt, this.lockAt + LOCK_SIZE);
  }
}
