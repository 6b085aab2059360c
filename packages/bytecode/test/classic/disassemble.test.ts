import { describe, expect, it } from 'vitest';
import { disassembleClassic, parseDdd } from '../../src/index.ts';
import * as c from './classic.ts';
import { VECTORS } from './vectors.ts';

describe('tcpdump -d', () => {
  it.each(VECTORS)('$name', ({ ddd, listing }) => {
    expect(disassembleClassic(parseDdd(ddd))).toBe(listing);
  });
});

/** What libpcap 1.10.3 prints (bpf_image), but for `ldx #pktlen`, which it does not know. */
it.each([
  [c.LD_W_ABS, c.AD, 'ld       [proto]'],
  [c.LD_B_ABS, c.AD + 48, 'ldb      [vlanp]'],
  [c.LD_H_ABS, c.AD + 60, 'ldh      [vlan_tpid]'],
  [c.LD_B_ABS, c.AD + 64, 'ldb      [-4032]'],
  [c.LD_W_ABS, c.NET, 'ld       [-1048576]'],
  [c.LD_W_IND, c.AD, 'ld       [x + -4096]'],
  [c.LDX_MSH, c.NET + 14, 'ldxb     4*([-1048562]&0xf)'],
  [c.RET_K, -1, 'ret      #-1'],
  [c.RET_A, 0, 'ret      '],
  [c.NEG, 0, 'neg      '],
  [c.LD_LEN, 0, 'ld       #pktlen'],
  [c.LD_IMM, -1, 'ld       #0xffffffff'],
  [c.STX, 3, 'stx      M[3]'],
  [0xff, 3, 'unimp    0xff'],
  [0xac, 3, 'xor      x'],
  [0xa4, -3, 'xor      #0xfffffffd'],
  [c.LDX_LEN, 0, 'ldx      #pktlen'],
  [c.JA, 2, 'ja       3'],
  [c.JA, -1, 'ja       0'],
])('code %i, k %i', (code, k, line) => {
  expect(disassembleClassic(c.classic([code, 0, 0, k]))).toBe(`(000) ${line}\n`);
});
