import type { ClassicInstruction, ClassicProgram } from '../../src/index.ts';

/** A program of `[code, jt, jf, k]` rows; k may be negative. */
export function classic(
  ...rows: readonly (readonly [code: number, jt: number, jf: number, k: number])[]
): ClassicProgram {
  return rows.map(([code, jt, jf, k]): ClassicInstruction => ({ code, jt, jf, k: k >>> 0 }));
}

/** Codes that tests write out (include/uapi/linux/bpf_common.h). */
export const LD_B_ABS = 0x30;
export const LD_H_ABS = 0x28;
export const LD_W_ABS = 0x20;
export const LD_B_IND = 0x50;
export const LD_W_IND = 0x40;
export const LD_IMM = 0x00;
export const LD_LEN = 0x80;
export const LD_MEM = 0x60;
export const LDX_IMM = 0x01;
export const LDX_LEN = 0x81;
export const LDX_MEM = 0x61;
export const LDX_MSH = 0xb1;
export const ST = 0x02;
export const STX = 0x03;
export const DIV_K = 0x34;
export const DIV_X = 0x3c;
export const MOD_K = 0x94;
export const LSH_K = 0x64;
export const RSH_K = 0x74;
export const NEG = 0x84;
export const JA = 0x05;
export const JEQ_K = 0x15;
export const JSET_K = 0x45;
export const RET_K = 0x06;
export const RET_A = 0x16;
export const RET_X = 0x0e;
export const TAX = 0x07;

/** SKF_AD_OFF, SKF_NET_OFF, SKF_LL_OFF. */
export const AD = -0x1000;
export const NET = -0x10_0000;
export const LL = -0x20_0000;
