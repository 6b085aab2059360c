import { readFileSync } from 'node:fs';
import { type LinkedObject, linkObject, parseObject } from '@anybpf/bytecode';
import { expect, it } from 'vitest';
import { VerifierRejectionError } from '../src/index.ts';
import { describeLinux, frame, load, only } from './support.ts';

const OBJECT = new URL('../../../programs/parse-count/parse-count.bpf.o', import.meta.url);

/** `r0 = *(u64 *)(r9 + 0)`: nothing is in r9 of a program that has not set it. */
const UNSOUND = Uint8Array.of(0x79, 0x90, 0, 0, 0, 0, 0, 0);

function compiled(change: (bytes: Uint8Array) => void = () => {}): LinkedObject {
  const linked = linkObject(parseObject(readFileSync(OBJECT)));
  const programs = linked.programs.map((program) => {
    const bytes = program.code.bytes.slice();
    change(bytes);
    return { ...program, code: { ...program.code, bytes } };
  });
  return { ...linked, programs };
}

describeLinux('compiled objects', () => {
  it('load with their types and lines', async () => {
    const object = await load(compiled());
    expect(only(object.programs).run({ packet: frame(64) }).verdict).toBe(2);
  });

  it('a rejection names the source line', async () => {
    const [program] = compiled().programs;
    const line = program?.lines[0];
    expect(line?.text).not.toBe('');
    const attempt = load(compiled((bytes) => bytes.set(UNSOUND, (line?.slot ?? 0) * 8)));
    const error: unknown = await attempt.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(VerifierRejectionError);
    const message = error instanceof Error ? error.message : '';
    expect(message).toContain(`; ${line?.text.trim()} @ `);
    expect(message).toContain(`:${line?.line}`);
    expect(message).toMatch(/R9 !read_ok/);
  });

  it.each([
    [
      'BTF that the kernel does not take',
      (linked: LinkedObject) => {
        const btf = linked.btf;
        return btf === null
          ? linked
          : { ...linked, btf: Object.create(btf, { bytes: { value: new Uint8Array(24) } }) };
      },
    ],
    [
      'line info that goes backwards',
      (linked: LinkedObject) => ({
        ...linked,
        programs: linked.programs.map((p) => ({ ...p, lines: p.lines.toReversed() })),
      }),
    ],
  ])('%s does not keep a good program out', async (_, spoil) => {
    const object = await load(spoil(compiled()));
    expect(only(object.programs).run({ packet: frame(64) }).verdict).toBe(2);
  });
});
