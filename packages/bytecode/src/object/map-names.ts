/**
 * The name under which a static map stands beside others: its own, or with `.2`, `.3` and so on where
 * another map has it. Added to `taken`.
 */
export function takeMapName(name: string, taken: Set<string>): string {
  let free = name;
  for (let copy = 2; taken.has(free); copy++) free = `${name}.${copy}`;
  taken.add(free);
  return free;
}
