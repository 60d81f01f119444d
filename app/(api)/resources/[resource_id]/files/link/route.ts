import { route } from "#lib/http/route.ts";
import { fileLink, linkInput } from "#lib/resources/drivers/file/files-schema.ts";
import { linkFile } from "#lib/resources/use/files.ts";

export const POST = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "Make a link that reads or writes one file of a bucket until it expires",
  body: linkInput,
  response: fileLink,
  run: (ctx, { body, params }) => linkFile(ctx, params.resource_id ?? "", body),
});
