import { InternalError } from '@anybpf/bytecode';
import { SkbContext } from '../interpreter/contexts/skb.ts';
import type { Machine } from '../interpreter/machine.ts';

/** The socket buffer of the run; the table lets no other program type call helpers that ask. */
export function skbOf(machine: Machine): SkbContext {
  const { context } = machine;
  if (!(context instanceof SkbContext)) throw new InternalError('the context is no socket buffer');
  return context;
}
