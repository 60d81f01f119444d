import { isJsonObject } from "#lib/core/json.ts";

/** Characters of a content that are searched; what follows is kept and not found. */
const longestBody = 50_000;
const longestHead = 300;

/** Text without accents or what PostgreSQL's text cannot hold, for entries and queries alike. */
export function fold(text: string): string {
  return text
    .toWellFormed()
    .normalize("NFKD")
    .replace(/[\u0300-\u036f\0]/g, "");
}

/** The words of a JSON value: its texts, numbers and the names of its members, in order. */
export function wordsOf(value: unknown): string {
  const found: string[] = [];
  let length = 0;
  const add = (text: string) => {
    found.push(text);
    length += text.length + 1;
  };
  const walk = (inner: unknown): void => {
    if (length > longestBody) return;
    if (typeof inner === "string") add(inner);
    else if (typeof inner === "number") add(String(inner));
    else if (Array.isArray(inner)) for (const each of inner) walk(each);
    else if (isJsonObject(inner)) {
      for (const [name, each] of Object.entries(inner)) {
        add(name);
        walk(each);
      }
    }
  };
  walk(value);
  return found.join(" ").slice(0, longestBody);
}

/** What an entry is found by, folded: words that weigh more, the others, and its beginning. */
interface SearchText {
  title: string;
  body: string;
  head: string;
}

export function searchTextOf(item: {
  key: string;
  tags: readonly string[];
  content: unknown;
}): SearchText {
  // An id of several words such as customer_42 is found by each.
  const title = fold([item.key, item.key.replace(/[_\-/.:]+/g, " "), ...item.tags].join(" "));
  const body = fold(wordsOf(item.content));
  return { title, body, head: `${title} ${body.slice(0, longestHead)}`.toLowerCase() };
}
