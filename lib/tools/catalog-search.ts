/** What a search looks at. */
export interface Searchable {
  name: string;
  title?: string | undefined;
  description?: string | undefined;
}

const mostTerms = 8;
const longestText = 4_000;
/** Shorter ones are found everywhere: "a", "of". */
const shortestPart = 3;

/** Lower case without accents; words in spaces, so that ` word ` finds a whole one. */
function fold(text: string): string {
  const words = text
    .slice(0, longestText)
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return words ? ` ${words.join(" ")} ` : " ";
}

/** 3 for a whole word, 2 for the beginning of one, 1 for a part, 0 for none. */
function gradeOf(folded: string, term: string): number {
  if (!folded.includes(term)) return 0;
  if (folded.includes(` ${term} `)) return 3;
  if (folded.includes(` ${term}`)) return 2;
  return term.length >= shortestPart || /[^\x20-\x7f]/.test(term) ? 1 : 0;
}

/** By how many of the terms, then by where each was found best: name, title, description. */
function rank(fields: readonly string[], terms: readonly string[]): number {
  let found = 0;
  let score = 0;
  for (const term of terms) {
    for (const [at, field] of fields.entries()) {
      const grade = gradeOf(field, term);
      if (grade === 0) continue;
      found += 1;
      score += (fields.length - at) * 3 + grade - 3;
      break;
    }
  }
  return found * 1_000 + score;
}

/**
 * Prepares a search of things by words: the function answers up to `limit` of them, best first,
 * things of one rank in the order given; all, in that order, for a query without words. Case and
 * accents do not matter.
 */
export function searchOf<T>(
  things: readonly T[],
  textOf: (thing: T) => Searchable,
): (query: string, limit: number) => T[] {
  const prepared = things.map((thing) => {
    const { name, title, description } = textOf(thing);
    return { thing, fields: [fold(name), fold(title ?? ""), fold(description ?? "")] };
  });
  return (query, limit) => {
    const folded = fold(query);
    const terms = [...new Set(folded.trim().split(" "))]
      .filter((term) => term !== "")
      .slice(0, mostTerms);
    if (terms.length === 0) return things.slice(0, limit);
    const ranked = prepared.flatMap(({ thing, fields }) => {
      const points = rank(fields, terms);
      if (points === 0) return [];
      return [{ thing, points: fields[0] === folded ? points + 100 : points }];
    });
    return ranked
      .sort((a, b) => b.points - a.points)
      .slice(0, limit)
      .map(({ thing }) => thing);
  };
}
