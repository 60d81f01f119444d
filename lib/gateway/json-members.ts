/** The index just past the JSON string that opens at `at`. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
  return text.length;
}

interface Member {
  name: string;
  /** Where its value stands, spaces included. */
  start: number;
  end: number;
}

/** The members of the object that `text` is, wherever they stand; it must be valid JSON. */
function membersOf(text: string): Member[] {
  const members: Member[] = [];
  let depth = 0;
  let name: string | null = null;
  let start = 0;
  const close = (end: number) => {
    if (name !== null) members.push({ name, start, end });
    name = null;
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      const end = endOfString(text, at);
      if (depth === 1 && name === null) {
        name = JSON.parse(text.slice(at, end)) as string;
        start = text.indexOf(":", end) + 1;
        at = start - 1;
      } else at = end - 1;
    } else if (code === 0x7b || code === 0x5b) depth++;
    else if (code === 0x7d || code === 0x5d) {
      if (depth === 1) close(at);
      depth--;
    } else if (code === 0x2c && depth === 1) close(at);
  }
  return members;
}

/**
 * A JSON object's text with some members set, every other byte as it was: numbers that a double
 * cannot hold, order and spaces. `text` must be a valid JSON object, the new values JSON.
 */
export function withMembers(text: string, given: Readonly<Record<string, string>>): string {
  const wanted = new Map(Object.entries(given));
  const members = membersOf(text);
  const pieces: string[] = [];
  let from = 0;
  // A name that stands there twice is set twice, since parsers differ on which one counts.
  for (const { name, start, end } of members) {
    const value = wanted.get(name);
    if (value === undefined) continue;
    pieces.push(text.slice(from, start), value);
    from = end;
  }
  const there = new Set(members.map(({ name }) => name));
  const added = [...wanted].filter(([name]) => !there.has(name));
  if (added.length === 0) return [...pieces, text.slice(from)].join("");
  const closing = text.lastIndexOf("}");
  const tail = added.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",");
  const comma = members.length > 0 ? "," : "";
  return [...pieces, text.slice(from, closing), comma, tail, text.slice(closing)].join("");
}
