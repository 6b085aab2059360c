import { LinkError, type LinkedObject, type LinkedProgram } from '@anybpf/bytecode';
import type { LoadOptions } from './backend.ts';

/**
 * The programs that a load is about: those asked for (default: all but the optional ones), and those
 * that static program arrays name.
 *
 * @throws LinkError, InvalidInstructionError for a name that the object does not have, or that did
 * not link
 */
export function selectPrograms(linked: LinkedObject, options: LoadOptions = {}): LinkedProgram[] {
  const wanted = new Set(options.programs ?? []);
  for (const name of wanted) {
    if (linked.programs.some((program) => program.name === name)) continue;
    const failure = linked.failures.find(({ program }) => program === name);
    throw failure ?? new LinkError(`the object has no program ${name}`, name);
  }
  const arrays = linked.maps.filter(({ type }) => type === 'prog_array');
  const named = new Set(arrays.flatMap((map) => map.initialSlots.map(({ symbol }) => symbol)));
  return linked.programs.filter(({ name, optional }) => {
    if (named.has(name)) return true;
    return options.programs === undefined ? !optional : wanted.has(name);
  });
}
