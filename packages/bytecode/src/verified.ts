import type { LinkedObject } from './link/linked-object.ts';

declare const verified: unique symbol;

/**
 * An object that may be loaded. The brand exists only in the type system and in `isVerified`'s
 * registry: a backend cannot be handed a `LinkedObject` by accident.
 */
export interface VerifiedObject {
  readonly [verified]: true;
  readonly linked: LinkedObject;
  readonly verification: Verification;
}

/** Who vouches for the object. The verifier adds its own variant, with facts per instruction. */
export type Verification = {
  readonly kind: 'trusted';
  /** Why the caller let it pass, for reports. */
  readonly reason: string;
};

const vouched = new WeakSet<object>();

/**
 * The one door around the verifier, for programs that only the kernel's verifier can judge and for
 * backends that check every access themselves.
 *
 * @param reason one clause, shown by tools that report what was loaded unverified
 */
export function trustWithoutVerification(linked: LinkedObject, reason: string): VerifiedObject {
  const object = Object.freeze({ linked, verification: { kind: 'trusted', reason } as const });
  vouched.add(object);
  return object as unknown as VerifiedObject;
}

/** Whether `object` came through the verifier or `trustWithoutVerification`; backends check it at load. */
export function isVerified(object: unknown): object is VerifiedObject {
  return typeof object === 'object' && object !== null && vouched.has(object);
}
