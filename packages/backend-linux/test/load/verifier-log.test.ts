import type { LineInfo, LinkedProgram } from '@anybpf/bytecode';
import { describe, expect, test } from 'vitest';
import { Descriptors } from '../../src/descriptor.ts';
import { ERRNO } from '../../src/errno.ts';
import { VerifierRejectionError } from '../../src/index.ts';
import type { Libbpf } from '../../src/libbpf-functions.ts';
import { loadProgram } from '../../src/load/load-program.ts';
import { LOG_BUFFER_SIZE, readLog, summarizeLog } from '../../src/load/verifier-log.ts';
import { describeLinux, link, load } from '../support.ts';

function at(slot: number, line: number, text: string): LineInfo {
  return { slot, line, text, file: 'a.c', column: 1, fileOffset: 0, textOffset: 0 };
}

const LINES = [at(0, 3, 'int a = 1;'), at(2, 4, '  a += b;'), at(5, 6, 'return a;')];
const STATISTICS = 'processed 3 insns (limit 1000000) max_states_per_insn 0';

describe('summary', () => {
  test.each([
    [
      'the source that the log quotes',
      `; f(b); @ b.c:9\n3: (85) call 7\nR1 is bad\n${STATISTICS}`,
      ['; f(b); @ b.c:9', '3: (85) call 7', 'R1 is bad'],
    ],
    [
      'of the line table, where it quotes none',
      `3: (bf) r1 = r2\nR2 !read_ok\n${STATISTICS}`,
      ['; a += b; @ a.c:4', '3: (bf) r1 = r2', 'R2 !read_ok'],
    ],
    [
      'of the instruction that the verdict names',
      `unreachable insn 5\n${STATISTICS}`,
      ['; return a; @ a.c:6', 'unreachable insn 5'],
    ],
    ['none where nothing names an instruction', `no exit\n${STATISTICS}`, ['no exit']],
  ])('%s', (_, log, summary) => {
    expect(summarizeLog(log, LINES)).toEqual(summary);
  });

  test('no line table, no source', () => {
    expect(summarizeLog('3: (bf) r1 = r2\nR2 !read_ok\n', [])).toHaveLength(2);
  });
});

describe('log', () => {
  function filled(text: string, size: number): Uint8Array {
    const buffer = new Uint8Array(size);
    new TextEncoder().encodeInto(text, buffer);
    return buffer;
  }

  test('ends at the first zero', () => {
    expect(readLog(filled('why\n', 64))).toBe('why\n');
    expect(readLog(new Uint8Array(64))).toBe('');
  });

  test('of a long one whole lines of the last MiB are kept', () => {
    const log = readLog(filled(`${'0: (07) r6 += 1\n'.repeat(1 << 17)}why\n`, 4 << 20));
    expect(log.length).toBeGreaterThan(1_000_000);
    expect(log.length).toBeLessThanOrEqual(1 << 20);
    expect(log).toMatch(/^0: \(07\)/);
    expect(log).toMatch(/why\n$/);
  });

  test('a buffer that is full without a verdict says so', () => {
    expect(readLog(filled('0: (07) r6 += 1\n'.repeat(8), 128))).toMatch(/longer than 128 bytes/);
    expect(readLog(filled(`${STATISTICS}\n`, STATISTICS.length + 2))).not.toMatch(/longer/);
  });
});

test('a program is verified twice at most, and the verdict of the first time counts', () => {
  const logs: number[] = [];
  const libbpf = {
    address: () => 4096,
    programLoad(
      _type: number,
      _name: string,
      _license: string,
      _code: Uint8Array,
      raw: Uint8Array,
    ) {
      const size = new DataView(raw.buffer, raw.byteOffset).getUint32(92, true);
      logs.push(size);
      return size === 0 ? -ERRNO.E2BIG : -ERRNO.ENOSPC;
    },
  } as unknown as Libbpf;
  const [program] = link('r0 = 0\nexit').programs as [LinkedProgram];
  const environment = { license: 'GPL', kernelVersion: 0, mapFds: [], btfFd: 0 };
  const attempt = () => loadProgram(libbpf, new Descriptors('it'), program, 'xdp', environment);
  expect(attempt).toThrow(/E2BIG/);
  expect(logs).toEqual([0, LOG_BUFFER_SIZE]);
});

describeLinux('an endless loop', () => {
  test('is refused with its place in the source and the end of the log', async () => {
    const linked = link('r6 = 0\nr6 += 1\nif r6 != 0 goto -2\nr0 = 0\nexit');
    const lines = [at(0, 1, 'u64 i = 0;'), at(1, 2, 'for (;;) i++;')];
    const programs = linked.programs.map((program) => ({ ...program, lines }));
    const rejection = await load({ ...linked, programs }).catch((error: unknown) => error);
    expect(rejection).toBeInstanceOf(VerifierRejectionError);
    if (!(rejection instanceof VerifierRejectionError)) return;
    expect(rejection.errno).toBe('E2BIG');
    expect(rejection.message).toMatch(
      /\n {2}; for \(;;\) i\+\+; @ a\.c:2\n {2}[12]: .*\n {2}BPF program is too large/,
    );
    expect(rejection.log).toMatch(/processed 1000001 insns/);
    expect(rejection.log.length).toBeLessThanOrEqual(1 << 20);
  }, 120_000);
});
