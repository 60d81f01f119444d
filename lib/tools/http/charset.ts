/** Media type in lower case and charset of a Content-Type; null where it names none. */
export function contentTypeOf(headers: Headers): { type: string; charset: string | null } {
  const [type = "", ...parameters] = (headers.get("content-type") ?? "").split(";");
  const named = parameters.map((part) => /^\s*charset\s*=\s*["']?([^"'\s]+)/i.exec(part)?.[1]);
  return { type: type.trim().toLowerCase(), charset: named.find(Boolean) ?? null };
}

/** What a text's first bytes say of its charset, over all that is said elsewhere (WHATWG Encoding). */
export function charsetOfMark([first, second, third]: Uint8Array): string | null {
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return first === 0xff && second === 0xfe ? "utf-16le" : null;
}

/** A decoder of this charset, and of UTF-8 for one that is not known. */
export function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

const declared = /^<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([\w.:-]{1,40})["']/;

/** XML without a charset in its Content-Type declares its own (RFC 7303, section 3). */
function charsetOfXml(type: string, body: Uint8Array): string | null {
  if (!/[/+]xml$/.test(type)) return null;
  return declared.exec(Buffer.from(body.subarray(0, 300)).toString("latin1"))?.[1] ?? null;
}

/** The body as text: by its mark, else its Content-Type, else its own declaration, else UTF-8. */
export function decodeText(headers: Headers, body: Uint8Array): string {
  const { type, charset } = contentTypeOf(headers);
  const chosen = charsetOfMark(body) ?? charset ?? charsetOfXml(type, body) ?? "utf-8";
  return decoderOf(chosen).decode(body);
}

/** The body as text where it is text whatever its header says, else null. */
export function sniffText(body: Uint8Array): string | null {
  const marked = charsetOfMark(body);
  if (marked === null && body.includes(0)) return null;
  try {
    return new TextDecoder(marked ?? "utf-8", { fatal: true }).decode(body);
  } catch {
    return null;
  }
}
