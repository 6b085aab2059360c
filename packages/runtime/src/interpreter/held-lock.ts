/** The spin lock that a program holds: at most one (kernel verifier, process_spin_lock). */
export class HeldLock {
  held = false;
  #lo = 0;
  #hi = 0;

  take(lo: number, hi: number): void {
    this.held = true;
    this.#lo = lo;
    this.#hi = hi;
  }

  /** false when the lock at this address is not held. */
  release(lo: number, hi: number): boolean {
    if (!this.held || lo !== this.#lo || hi !== this.#hi) return false;
    this.held = false;
    return true;
  }
}
