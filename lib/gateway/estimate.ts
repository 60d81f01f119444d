const charactersPerToken = 4;
const tokensPerImage = 1_000;

/** About how many tokens so many characters are, where the provider did not say. */
export function tokensOfText(characters: number): number {
  return Math.ceil(characters / charactersPerToken);
}

function isBinary(name: string, text: string): boolean {
  return name === "data" || text.startsWith("data:");
}

/** About how many tokens a request is: its texts by their length, each image as a thousand. */
export function tokensOfRequest(value: unknown, name = ""): number {
  if (typeof value === "string") {
    return isBinary(name, value) ? tokensPerImage : tokensOfText(value.length);
  }
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) => sum + tokensOfRequest(inner, Array.isArray(value) ? name : key),
    0,
  );
}
