import { closeSync } from 'node:fs';
import { ClosedError } from '@anybpf/runtime';

/** Tells of owners that were forgotten while open; what they hold stays until the process ends. */
const FORGOTTEN: FinalizationRegistry<string> = new FinalizationRegistry((what: string) => {
  process.emitWarning(`${what} was dropped without close(): it stays in the kernel`, {
    code: 'ANYBPF_NOT_CLOSED',
  });
});

/** A file descriptor with one owner. Closing it again does nothing; use after close is a ClosedError. */
export class Descriptor {
  readonly what: string;
  /** Kept alive by what it owns. */
  readonly owner: Descriptors;
  #fd: number;

  /** @param what as errors name it, e.g. "map counters" */
  constructor(fd: number, what: string, owner: Descriptors) {
    this.#fd = fd;
    this.what = what;
    this.owner = owner;
  }

  get fd(): number {
    this.requireOpen();
    return this.#fd;
  }

  /** @throws ClosedError */
  requireOpen(): void {
    if (this.#fd < 0) throw new ClosedError(this.what);
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

  /** @param what for the warning when it is forgotten while open */
  constructor(what: string) {
    FORGOTTEN.register(this, what, this);
  }

  adopt(fd: number, what: string): Descriptor {
    const descriptor = new Descriptor(fd, what, this);
    this.#open.push(descriptor);
    return descriptor;
  }

  closeAll(): void {
    FORGOTTEN.unregister(this);
    for (let last = this.#open.pop(); last !== undefined; last = this.#open.pop()) last.close();
  }
}
