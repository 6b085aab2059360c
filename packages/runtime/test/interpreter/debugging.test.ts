import { assemble, linkCode, mapSpec, trustWithoutVerification } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import {
  coverageOf,
  createInterpreter,
  createStepper,
  ProgramFault,
  UnsupportedFeatureError,
} from '../../src/index.ts';
import { loadText } from './load-text.ts';

const LOOP = 'r0 = 0\nr1 = 3\nl:\nr0 += r1\nr1 -= 1\nif r1 != 0 goto l\nexit\nr0 = 99\nexit';

describe('stepper', () => {
  it('executes one instruction at a time', async () => {
    const { program } = await loadText('r0 = 1\nr0 += 2\nexit');
    using stepper = createStepper(program);
    const seen: [number, bigint][] = [];
    while (!stepper.done) {
      seen.push([stepper.position().instruction, stepper.register(0)]);
      stepper.step();
    }
    expect(seen).toEqual([
      [0, 0n],
      [1, 1n],
      [2, 3n],
    ]);
    expect(stepper.steps).toBe(3);
    expect(stepper.verdict()).toBe(3);
    expect(stepper.step()).toBe(false);
  });

  it('runs until a predicate holds, or a limit', async () => {
    const { program } = await loadText(LOOP);
    using stepper = createStepper(program);
    expect(stepper.runUntil((s) => s.register(1) === 1n)).toBe(true);
    expect(stepper.registers().slice(0, 2)).toEqual([5n, 1n]);
    expect(stepper.runUntil(() => false, 2)).toBe(false);
    expect(stepper.done).toBe(false);
    expect(stepper.runUntil(() => false)).toBe(false);
    expect(stepper.verdict()).toBe(6);
  });

  it('shows pointers and memory', async () => {
    const { program } = await loadText('r2 = *(u32 *)(r1 + 0)\nr0 = 2\nexit', { type: 'xdp' });
    const packet = Uint8Array.from({ length: 20 }, (_, i) => i);
    using stepper = createStepper(program, { packet });
    stepper.step();
    const r2 = stepper.register(2);
    expect(stepper.pointer(r2 + 5n)).toEqual({ region: 'packet', offset: 5 });
    expect(stepper.pointer(stepper.register(10) - 8n)).toEqual({
      region: 'stack of frame 0',
      offset: -8,
    });
    expect(stepper.pointer(1234n)).toBeNull();
    expect(stepper.read(r2 + 5n, 3)).toEqual(new Uint8Array([5, 6, 7]));
    expect(stepper.read(r2 + 18n, 3)).toBeNull();
    expect(stepper.packet()).toEqual(packet);
  });

  it('goes into functions and callbacks', async () => {
    const { program } = await loadText(
      'r1 = 2\nr2 = code_addr(cb)\nr3 = 0\nr4 = 0\ncall 181\nexit\ncb:\nr0 = 0\nexit',
    );
    using stepper = createStepper(program);
    const depths: number[] = [];
    while (!stepper.done) {
      depths.push(stepper.position().depth);
      stepper.step();
    }
    expect(depths).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 0]);
    expect(stepper.verdict()).toBe(2);
  });

  it('gives what a run gives, may_goto included', async () => {
    const text = 'r0 = 0\nl:\nmay_goto end\nr0 += 1\ngoto l\nend:\nexit';
    const { program } = await loadText(text, { options: { instructionBudget: 1000 } });
    const verdict = program.run({}).verdict;
    using stepper = createStepper(program);
    stepper.runUntil(() => false);
    expect(stepper.verdict()).toBe(verdict);
  });

  it('stops at faults and at the budget', async () => {
    const { program } = await loadText('r1 = 0\nr0 = *(u8 *)(r1 + 0)\nexit');
    using stepper = createStepper(program);
    stepper.step();
    expect(() => stepper.step()).toThrow(ProgramFault);
    stepper.close();
    const endless = await loadText('l:\ngoto l', { options: { instructionBudget: 10 } });
    using second = createStepper(endless.program);
    expect(() => second.runUntil(() => false, 11)).toThrow('the budget of 10 instructions');
  });
});

describe('coverage', () => {
  it('counts each instruction, and changes nothing else', async () => {
    const { program } = await loadText(LOOP, { options: { coverage: true } });
    expect(program.run({}).verdict).toBe(6);
    expect([...coverageOf(program).instructions]).toEqual([1, 1, 3, 3, 3, 1, 0, 0]);
    program.run({});
    expect([...coverageOf(program).instructions]).toEqual([2, 2, 6, 6, 6, 2, 0, 0]);
  });

  it('does not take from the budget', async () => {
    const { program } = await loadText(LOOP, {
      options: { coverage: true, instructionBudget: 12 },
    });
    expect(program.run({}).verdict).toBe(6);
  });

  it('counts lines by their busiest instruction', async () => {
    const linked = linkCode(assemble(LOOP), { type: 'syscall' });
    const line = (slot: number, number: number) => ({
      slot,
      file: 'main.c',
      line: number,
      column: 1,
      text: `line ${number}`,
      fileOffset: 0,
      textOffset: 0,
    });
    const lines = [line(0, 10), line(2, 11), line(5, 10), line(6, 12)];
    const programs = linked.programs.map((program) => ({ ...program, lines }));
    const object = await createInterpreter({ coverage: true }).load(
      trustWithoutVerification({ ...linked, programs }, 'test'),
    );
    const program = object.programs.get('main');
    if (program === undefined) throw new Error('no program');
    program.run({});
    expect(coverageOf(program).lines).toEqual([
      { file: 'main.c', line: 10, text: 'line 10', count: 1 },
      { file: 'main.c', line: 11, text: 'line 11', count: 3 },
      { file: 'main.c', line: 12, text: 'line 12', count: 0 },
    ]);
  });

  it('is off by default', async () => {
    const { program } = await loadText(LOOP);
    expect(() => coverageOf(program)).toThrow(UnsupportedFeatureError);
  });
});

it('faults name the source line where there is one', async () => {
  const maps = [mapSpec({ name: 'm', type: 'hash', keySize: 4, valueSize: 4, maxEntries: 1 })];
  const linked = linkCode(assemble('r1 = 0\nr0 = *(u8 *)(r1 + 0)\nexit'), {
    type: 'syscall',
    maps,
  });
  const line = {
    slot: 1,
    file: 'main.c',
    line: 23,
    column: 5,
    text: 'return *p;',
    fileOffset: 0,
    textOffset: 0,
  };
  const programs = linked.programs.map((program) => ({ ...program, lines: [line] }));
  const object = await createInterpreter().load(
    trustWithoutVerification({ ...linked, programs }, 'test'),
  );
  expect(() => object.programs.get('main')?.run({})).toThrow(
    'main: instruction 1 (main.c:23): reads 1 byte through a null pointer',
  );
});
