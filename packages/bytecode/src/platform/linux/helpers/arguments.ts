import type { ArgumentKind, DynptrFlavour, HelperArgument } from '../../platform.ts';

function argument(
  kind: ArgumentKind,
  modifiers: Partial<Omit<HelperArgument, 'kind'>> = {},
): HelperArgument {
  return Object.freeze({
    kind,
    nullable: false,
    size: null,
    btfType: null,
    dynptr: null,
    initialises: false,
    releases: false,
    ...modifiers,
  });
}

export const anything: HelperArgument = argument('anything');
export const scalar: HelperArgument = argument('scalar');
export const zero: HelperArgument = argument('zero');
export const ctx: HelperArgument = argument('ctx');
export const ctxOrNull: HelperArgument = argument('ctx', { nullable: true });
export const map: HelperArgument = argument('const-map-ptr');
export const mapKey: HelperArgument = argument('map-key');
export const mapValue: HelperArgument = argument('map-value');
export const mapValueOrNull: HelperArgument = argument('map-value', { nullable: true });
export const mapValueUninit: HelperArgument = argument('map-value-uninit');
export const memReadonly: HelperArgument = argument('mem-readonly');
export const memReadonlyOrNull: HelperArgument = argument('mem-readonly', { nullable: true });
export const memUninit: HelperArgument = argument('mem-uninit');
export const memReadwrite: HelperArgument = argument('mem-readwrite');
export const memReadwriteOrNull: HelperArgument = argument('mem-readwrite', { nullable: true });
export const memSize: HelperArgument = argument('mem-size');
export const memSizeOrZero: HelperArgument = argument('mem-size-or-zero');
export const allocSizeOrZero: HelperArgument = argument('const-alloc-size-or-zero');
export const releasedRecord: HelperArgument = argument('alloc-mem', { releases: true });
export const sockCommon: HelperArgument = argument('sock-common');
export const btfSock: HelperArgument = argument('btf-id-sock-common');
export const btfSockOrNull: HelperArgument = argument('btf-id-sock-common', { nullable: true });
export const releasedBtfSock: HelperArgument = argument('btf-id-sock-common', { releases: true });
export const socketOrNull: HelperArgument = argument('socket', { nullable: true });
export const percpuBtfId: HelperArgument = argument('percpu-btf-id');
export const callback: HelperArgument = argument('callback');
export const stackOrNull: HelperArgument = argument('stack', { nullable: true });
export const timer: HelperArgument = argument('timer');
export const spinLock: HelperArgument = argument('spin-lock');
export const kptr: HelperArgument = argument('kptr');
export const constStr: HelperArgument = argument('const-str');

/** Fixed-size memory of `size` bytes. */
export function fixed(
  kind: 'mem-readonly' | 'mem-uninit' | 'mem-readwrite',
  size: number,
): HelperArgument {
  return argument(kind, { size });
}

/** Trusted pointer to a kernel struct. */
export function btf(struct: string): HelperArgument {
  return argument('btf-id', { btfType: struct });
}

export function btfOrNull(struct: string): HelperArgument {
  return argument('btf-id', { btfType: struct, nullable: true });
}

/** Kernel object of the kptr's own type, or null; its reference moves into the map. */
export const exchangedObject: HelperArgument = argument('btf-id', {
  nullable: true,
  releases: true,
});

/** An initialised dynptr. */
export function dynptr(flavour: DynptrFlavour): HelperArgument {
  return argument('dynptr', { dynptr: flavour });
}

/** Stack bytes that become a dynptr. */
export function newDynptr(flavour: DynptrFlavour): HelperArgument {
  return argument('dynptr', { dynptr: flavour, initialises: true });
}

/** A dynptr whose record the helper gives back. */
export function releasedDynptr(flavour: DynptrFlavour): HelperArgument {
  return argument('dynptr', { dynptr: flavour, releases: true });
}
