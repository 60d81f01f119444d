/** A JSON value under its label, as lines for a comparison; none for what is not there. */
export function jsonLines(label: string, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  const lines = JSON.stringify(value, null, 2).split("\n");
  return [`${label}:`, ...lines.map((line) => `  ${line}`)];
}
