import { cache } from "react";
import { AppError } from "#lib/core/errors.ts";
import { openContent } from "#lib/resources/contents.ts";
import { bodyOf } from "#lib/resources/media.ts";
import type { Resource } from "#lib/resources/schema.ts";
import { openTenant } from "../../open-tenant.ts";

/** What a page can show of the content that is kept with a resource. */
export type Preview =
  | { kind: "text"; text: string; cut: boolean }
  | { kind: "json"; value: unknown; text: string }
  | { kind: "image"; src: string }
  | { kind: "bytes" }
  | { kind: "closed"; why: string };

const longestText = 64 * 1024;
const largestImage = 1024 * 1024;
/** Types that every browser shows; others are bytes to download. */
const images = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"]);

function toText(bytes: Uint8Array, mimeType: string, size: number): Preview {
  const cut = bytes.byteLength < size;
  // A cut may go through a character, of four bytes at most.
  for (let less = 0; less <= (cut ? 3 : 0); less++) {
    const body = bodyOf(bytes.subarray(0, bytes.byteLength - less), mimeType);
    if (!("text" in body)) continue;
    if (!cut && /\bjson\b/.test(mimeType)) return toJson(body.text);
    return { kind: "text", text: body.text, cut };
  }
  return { kind: "bytes" };
}

function toJson(text: string): Preview {
  try {
    return { kind: "json", value: JSON.parse(text), text };
  } catch {
    return { kind: "text", text, cut: false };
  }
}

/** The whole text of a preview, where it has one, for whoever is to edit it. */
export function editableText(preview: Preview | null): string | null {
  if (preview?.kind === "json") return preview.text;
  return preview?.kind === "text" && !preview.cut ? preview.text : null;
}

/** The beginning of a content, or an image whole; null where nothing is kept. */
export const loadPreview = cache(
  async (tenantId: string, resource: Resource): Promise<Preview | null> => {
    const { resource_id, size } = resource;
    if (size === null) return null;
    const { ctx } = await openTenant(tenantId);
    const opened = await openContent(ctx, resource_id).catch((error: unknown): Preview => {
      if (error instanceof AppError && error.code === "forbidden") {
        return { kind: "closed", why: error.message };
      }
      throw error;
    });
    if ("kind" in opened) return opened;
    const { info, read } = opened;
    const [mimeType = ""] = info.mime_type.toLowerCase().split(";");
    if (images.has(mimeType) && info.size <= largestImage) {
      const base64 = Buffer.from(await read()).toString("base64");
      return { kind: "image", src: `data:${mimeType};base64,${base64}` };
    }
    const length = Math.min(info.size, longestText);
    return toText(await read({ start: 0, length }), info.mime_type, info.size);
  },
);
