/**
 * A relocation that must not be applied: libbpf refuses the object then. Where it stands is known to
 * the linker alone, which turns it into a LinkError.
 */
export class CoreFault extends Error {}
