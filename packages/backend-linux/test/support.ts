import { readdirSync } from 'node:fs';
import {
  assemble,
  type LinkedObject,
  linkCode,
  type MapSpec,
  type MapSpecInput,
  mapSpec,
  type ProgramTypeName,
  trustWithoutVerification,
} from '@anybpf/bytecode';
import type { LoadedObject, LoadOptions } from '@anybpf/runtime';
import { beforeEach, describe, onTestFinished } from 'vitest';
import { createLinuxBackend } from '../src/index.ts';

export const backend: ReturnType<typeof createLinuxBackend> = createLinuxBackend();

const status = await backend.probe();
if (!status.available) {
  process.stderr.write(`\nSKIPPED: linux backend tests: ${status.reason}. ${status.remedy}\n`);
}

/** A suite that needs the kernel; where it cannot be used, each test is skipped and says why. */
export function describeLinux(title: string, body: () => void): void {
  describeIf(status.available ? null : status.reason, title, body);
}

/** Milliseconds for what asks the kernel or starts processes: long on a busy machine. */
export const SLOW = 60_000;

/** @param obstacle why the suite cannot run here; null: it can */
export function describeIf(obstacle: string | null, title: string, body: () => void): void {
  describe(title, { timeout: SLOW }, () => {
    beforeEach((context) => {
      if (obstacle !== null) context.skip(obstacle);
    });
    body();
  });
}

export interface ProgramOptions {
  readonly name?: string;
  readonly type?: ProgramTypeName;
  readonly maps?: readonly MapSpec[];
}

export function link(text: string, options: ProgramOptions = {}): LinkedObject {
  return linkCode(assemble(text), {
    name: options.name ?? 'program',
    type: options.type ?? 'xdp',
    license: 'GPL',
    maps: options.maps ?? [],
  });
}

/** Loads, and closes when the test ends. */
export async function load(linked: LinkedObject, options?: LoadOptions): Promise<LoadedObject> {
  const object = await backend.load(trustWithoutVerification(linked, 'a test'), options);
  onTestFinished(() => object.close());
  return object;
}

export async function loadProgram(
  text: string,
  options: ProgramOptions = {},
): Promise<LoadedObject['programs'] extends ReadonlyMap<string, infer P> ? P : never> {
  const object = await load(link(text, options));
  return only(object.programs);
}

/** The map alone, with a program that does nothing. */
export async function loadMap(
  input: Partial<MapSpecInput> & Pick<MapSpecInput, 'type'>,
): Promise<LoadedObject['maps'] extends ReadonlyMap<string, infer M> ? M : never> {
  const map = mapSpec({ name: 'm', keySize: 4, valueSize: 8, maxEntries: 4, ...input });
  return only((await load(link('r0 = 0\nexit', { maps: [map] }))).maps);
}

export function only<T>(items: ReadonlyMap<string, T>): T {
  const [first] = items.values();
  if (first === undefined || items.size !== 1) throw new Error(`${items.size} items, not one`);
  return first;
}

export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

export function u32(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

export function u64(...values: number[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(values, BigInt).buffer);
}

export function frame(size = 64, fill = 0x45): Uint8Array {
  return new Uint8Array(size).fill(fill);
}
