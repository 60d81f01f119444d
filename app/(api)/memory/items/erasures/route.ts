import { eraseMemoryHere } from "#lib/federation/erase.ts";
import { route } from "#lib/http/route.ts";
import { certificate, eraseInput } from "#lib/memory/erasure-schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Erase all of an agent's memory, or all that is about a data subject",
  body: eraseInput,
  response: certificate,
  run: (ctx, { body }) => eraseMemoryHere(ctx, body),
});
