const textTypes =
  /^(text\/|application\/(json|xml|yaml|x-yaml|toml|javascript|ecmascript|typescript|sql|graphql|x-ndjson|jsonl|x-sh|x-www-form-urlencoded)\b|[^;]*\+(json|xml|yaml)\b)/i;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** The body of MCP's resource contents: text where the type says so and the bytes are UTF-8. */
export type Body = { mimeType: string; text: string } | { mimeType: string; blob: string };

/** A type that is not known is text/plain where the bytes are text without U+0000. */
export function bodyOf(bytes: Uint8Array, mimeType: string | null): Body {
  if (mimeType === null || textTypes.test(mimeType)) {
    const text = decodeUtf8(bytes);
    if (text !== null && (mimeType !== null || !text.includes("\0"))) {
      return { mimeType: mimeType ?? "text/plain", text };
    }
  }
  const blob = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return { mimeType: mimeType ?? "application/octet-stream", blob };
}
