import { closeSync } from 'node:fs';
import { ClosedError } from '@anybpf/runtime';

/** A file descriptor with one owner. Closing it again does nothing; use after close is a ClosedError. */
export class Descriptor {
  readonly what: string;
  #fd: number;

  /** @param what as errors name it, e.g. "map counters" */
  constructor(fd: number, what: string) {
    this.#fd = fd;
    this.what = what;
  }

  get fd(): number {
    if (this.#fd < 0) throw new ClosedError(this.what);
    return this.#fd;
  }

  close(): void {
    const fd = this.#fd;
    if (fd < 0) return;
    this.#fd = -1;
    closeSync(fd);
  }
}

/** Everything that one load opened: closed together, newest first. */
export class Descriptors {
  readonly #open: Descriptor[] = [];

  adopt(fd: number, what: string): Descriptor {
    const descriptor = new Descriptor(fd, what);
    this.#open.push(descriptor);
    return descriptor;
  }

  closeAll(): void {
    for (let last = this.#open.pop(); last !== undefined; last = this.#open.pop()) last.close();
  }
}
