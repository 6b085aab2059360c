/** Numbers of the ELF gABI (elf.h) and of its BPF supplement, as far as BPF objects use them. */

/** e_ident */
export const ELF_MAGIC = 0x7f454c46;
export const ELFCLASS32 = 1;
export const ELFCLASS64 = 2;
export const ELFDATA2LSB = 1;
export const ELFDATA2MSB = 2;

/** e_type */
export const ET_REL = 1;
export const ET_NAMES: readonly string[] = ['NONE', 'REL', 'EXEC', 'DYN', 'CORE'];

/** e_machine; clang before 3.9 wrote EM_NONE. */
export const EM_NONE = 0;
export const EM_BPF = 247;

/** Sizes of the file's structures, bytes. */
export const EHDR_SIZE = 64;
export const SHDR_SIZE = 64;
export const SYM_SIZE = 24;
export const REL_SIZE = 16;
export const RELA_SIZE = 24;

/** sh_type */
export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_RELA = 4;
export const SHT_NOBITS = 8;
export const SHT_REL = 9;

/** sh_flags */
export const SHF_EXECINSTR = 4;

/** st_shndx */
export const SHN_UNDEF = 0;
export const SHN_LORESERVE = 0xff00;
export const SHN_XINDEX = 0xffff;

/** st_info, high half */
export const STB_LOCAL = 0;
export const STB_GLOBAL = 1;
export const STB_WEAK = 2;

/** st_info, low half */
export const STT_NOTYPE = 0;
export const STT_OBJECT = 1;
export const STT_FUNC = 2;
export const STT_SECTION = 3;

/** st_other */
export const STV_INTERNAL = 1;
export const STV_HIDDEN = 2;

/** r_type of EM_BPF that relocate instructions (kernel Documentation/bpf/llvm_reloc.rst) */
export const R_BPF_NONE = 0;
export const R_BPF_64_64 = 1;
export const R_BPF_64_32 = 10;
