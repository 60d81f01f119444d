import { and, eq, ne } from "drizzle-orm";
import { resources } from "#db/schema/resources.ts";
import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { maskUrlPassword } from "#lib/core/secrets.ts";
import { governs } from "./access/access.ts";
import { driverKindOf } from "./drivers/kind.ts";
import type { Resource } from "./schema.ts";
import { literalLength, matchTemplate, templateOf, type UriTemplate } from "./template.ts";

type Placed = Pick<Resource, "resource_id" | "type" | "uri">;

/** `/a/b/` of `file:///a/b`: one folder is in another where its text begins with the other's. */
function folderOf(uri: string): string {
  return `/${uri.replace(/^file:\/*/i, "").replace(/\/+$/, "")}/`.replace(/^\/\/$/, "/");
}

function sharesFolder(own: Placed, other: Placed): boolean {
  if (driverKindOf(own) !== "folder" || driverKindOf(other) !== "folder") return false;
  const [one, two] = [folderOf(own.uri), folderOf(other.uri)];
  return one.startsWith(two) || two.startsWith(one);
}

const begin = (one: string, two: string) => one.startsWith(two) || two.startsWith(one);
const end = (one: string, two: string) => one.endsWith(two) || two.endsWith(one);

/** Whether some URI may fit both templates, as far as their ends tell. */
function mayMeet({ literals: one }: UriTemplate, { literals: two }: UriTemplate): boolean {
  return begin(one[0] ?? "", two[0] ?? "") && end(one.at(-1) ?? "", two.at(-1) ?? "");
}

/** Whether a read of the other's URIs would come to this one: exact ones first, then the more specific. */
function shadows(own: Placed, other: Placed): boolean {
  const [template, closed] = [templateOf(own.uri), templateOf(other.uri)];
  if (own.uri === other.uri) return true;
  if (closed === null) return false;
  if (template === null) return matchTemplate(closed, own.uri) !== null;
  return mayMeet(template, closed) && literalLength(template) >= literalLength(closed);
}

/**
 * Refuses a registration at a place of a resource that was granted to somebody: its files are reached
 * by nobody through another one's folder, and whoever reads its URI gets it and nothing put before it.
 * `current` is the URI that the resource has already. Throws `forbidden`.
 */
export async function refuseOthersPlace(
  tx: Tx,
  ctx: Ctx,
  input: Placed,
  current: string | null,
): Promise<void> {
  if (governs(ctx)) return;
  const own = { ...input, uri: maskUrlPassword(input.uri) };
  const closed = await tx
    .select({ resource_id: resources.resourceId, type: resources.type, uri: resources.uri })
    .from(resources)
    .where(
      and(
        eq(resources.tenantId, ctx.tenantId),
        eq(resources.grantedOnly, true),
        ne(resources.resourceId, input.resource_id),
      ),
    );
  if (closed.some((other) => sharesFolder(own, other))) {
    const detail =
      "This folder has files of a resource that is granted. Choose another one, or ask somebody with the scope resources:govern.";
    throw new AppError("forbidden", detail);
  }
  if (own.uri === current || !closed.some((other) => shadows(own, other))) return;
  const detail =
    "This uri is one of a resource that is granted, whose readers would get this one in its place. Choose another uri, or ask somebody with the scope resources:govern.";
  throw new AppError("forbidden", detail);
}
