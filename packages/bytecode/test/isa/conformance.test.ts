import { describe, expect, it } from 'vitest';
import {
  assemble,
  type ConformanceGroup,
  conformanceGroupOf,
  conformanceGroupsOf,
  type IsaVersion,
  isaVersionOf,
} from '../../src/index.ts';

/** RFC 9669 appendix A, a row of each kind. */
const INSTRUCTIONS: readonly (readonly [string, ConformanceGroup | null, IsaVersion])[] = [
  ['w1 += 1', 'base32', 'v1'],
  ['r1 += 1', 'base64', 'v1'],
  ['w1 *= w2', 'divmul32', 'v1'],
  ['r1 /= 2', 'divmul64', 'v1'],
  ['r1 s/= 2', 'divmul64', 'v4'],
  ['w1 = (s8)w2', 'base32', 'v4'],
  ['r1 = (s32)r2', 'base64', 'v4'],
  ['r1 = be16 r1', 'base32', 'v1'],
  ['r1 = be64 r1', 'base64', 'v1'],
  ['r1 = bswap32 r1', 'base32', 'v4'],
  ['r1 = *(u32 *)(r2 + 0)', 'base32', 'v1'],
  ['r1 = *(u64 *)(r2 + 0)', 'base64', 'v1'],
  ['r1 = *(s8 *)(r2 + 0)', 'base64', 'v4'],
  ['r1 = 5 ll', 'base64', 'v1'],
  ['lock *(u64 *)(r1 + 0) += r2', 'atomic64', 'v1'],
  ['lock *(u64 *)(r1 + 0) |= r2', 'atomic64', 'v3'],
  ['w2 = xchg32_32(r1 + 0, w2)', 'atomic32', 'v3'],
  ['r0 = load_acquire((u64 *)(r1 + 0))', null, 'v4'],
  ['r0 = *(u8 *)skb[0]', 'packet', 'v1'],
  ['if r1 == 0 goto +0', 'base64', 'v1'],
  ['if r1 < 0 goto +0', 'base64', 'v2'],
  ['if w1 == 0 goto +0', 'base32', 'v3'],
  ['goto +0', 'base32', 'v1'],
  ['gotol +0', 'base32', 'v4'],
  ['may_goto +0', null, 'kernel'],
  ['r1 = addr_space_cast(r2, 0, 1)', null, 'kernel'],
  ['call 1', 'base32', 'v1'],
  ['callx r1', 'callx', 'v1'],
  ['exit', 'base32', 'v1'],
];

describe('conformance groups', () => {
  it.each(INSTRUCTIONS)('%s: %s, %s', (text, group, version) => {
    const stream = assemble(text, { syntax: 'llvm' });
    expect(stream.instructions.map(conformanceGroupOf)).toEqual([group]);
    expect([...conformanceGroupsOf(stream)]).toEqual(group === null ? [] : [group]);
    expect(isaVersionOf(stream)).toBe(version);
  });

  it('gathers those of a program', () => {
    const stream = assemble('w0 = 1\nr0 *= r1\nif r0 < 5 goto +0\nexit', { syntax: 'llvm' });
    expect([...conformanceGroupsOf(stream)].sort()).toEqual(['base32', 'base64', 'divmul64']);
    expect(isaVersionOf(stream)).toBe('v2');
  });
});
