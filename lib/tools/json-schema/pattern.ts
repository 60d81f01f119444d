/** Patterns are Unicode ones; those that are only valid without that flag are taken without it. */
export function toRegExp(pattern: string): RegExp {
  try {
    return new RegExp(pattern, "u");
  } catch {
    return new RegExp(pattern);
  }
}

export function isPattern(text: string): boolean {
  try {
    toRegExp(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * True for patterns that plainly take a time linear in the text: anchored, without groups and
 * alternatives, and with one unbounded or two small quantifiers at most. Others may not.
 */
export function isLinear(pattern: string): boolean {
  if (!/^\^[^()|]*$/.test(pattern)) return false;
  const unbounded = pattern.match(/[*+]|\{\d+,(\d{3,})?\}/g)?.length ?? 0;
  const bounded = pattern.match(/\?|\{\d+,\d{1,2}\}/g)?.length ?? 0;
  return unbounded === 0 ? bounded <= 2 : unbounded === 1 && bounded === 0;
}
