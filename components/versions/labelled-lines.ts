/** A text under its label, the lines after the first set in; nothing for an empty one. */
export function labelledLines(label: string, text: string): string[] {
  if (text === "") return [];
  const [first, ...rest] = text.split("\n");
  return [`${label}: ${first}`, ...rest.map((line) => `  ${line}`)];
}
