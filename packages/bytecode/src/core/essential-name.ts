import { essentialLength } from '../btf/name-index.ts';

/** The name without its flavour: `task_struct` of `task_struct___old`. */
export function essentialName(name: string): string {
  return name.includes('___') ? name.slice(0, essentialLength(name)) : name;
}
