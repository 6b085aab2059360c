/**
 * The two notations. `llvm` is what llvm-objdump prints and clang's inline assembler accepts
 * (`r1 += 0xe`); `ubpf` is that of uBPF and bpf_conformance (`add %r1, 14`).
 *
 * The texts of every instruction in both stand in the opcode table (isa/opcodes.ts). What the
 * notations had no words for is written like this:
 *
 *                        llvm                                ubpf
 *     pseudo lddw        r1 = map_by_fd(0x3)                 lddw %r1, map_by_fd(3)
 *                        r1 = map_val(map_by_fd(0x3)) + 0x8  lddw %r1, map_val(map_by_fd(3))+8
 *                        r1 = var_addr(0x3)                  lddw %r1, var_addr(3)
 *                        r1 = code_addr(+0x3)                lddw %r1, code_addr(+3)
 *     kernel function    call kfunc(0x1234, 0x0)             call runtime 4660, 0
 *     indexed LD_IND     r0 = *(u8 *)skb[r1 + 0x4]           ldindb %r1, 4
 *     LD_ABS             (LLVM's own)                        ldabsb 4
 *     may_goto           (LLVM's own)                        may_goto +3
 *     address space      (LLVM's own)                        addr_space_cast %r1, %r2, 0, 1
 *     load-acquire       (LLVM's own)                        ldacqdw %r0, [%r1+8]
 *     store-release      (LLVM's own)                        streldw [%r1+8], %r2
 */
export type Syntax = 'llvm' | 'ubpf';
