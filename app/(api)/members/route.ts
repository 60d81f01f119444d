import { z } from "zod";
import { addMember } from "#lib/auth/member-accounts.ts";
import { addMemberInput, member, newMember } from "#lib/auth/schema.ts";
import { listMembers } from "#lib/auth/tenant-members.ts";
import { pageQuery } from "#lib/core/page.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "members:read",
  summary: "List the tenant's members",
  query: pageQuery,
  response: z.array(member),
  run: async (ctx, { query, request }) => paged(request, await listMembers(ctx, query)),
});

export const POST = route({
  scope: "tenant",
  permission: "members:write",
  summary: "Add a person; who is new gets a password, which is in this answer alone",
  body: addMemberInput,
  response: newMember,
  status: 201,
  run: (ctx, { body }) => addMember(ctx, body),
});
