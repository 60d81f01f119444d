import type {
  ClientCapabilities,
  ElicitRequestFormParams,
  ElicitResult,
  InputRequest,
} from "@modelcontextprotocol/server";
import { z } from "zod";

type Form = ElicitRequestFormParams["requestedSchema"];

const result = z.object({
  action: z.enum(["accept", "decline", "cancel"]),
  content: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
    .optional(),
});

/** Whether the client can show its user a form (MCP, client/elicitation). */
export function canElicit(capabilities: ClientCapabilities | null): boolean {
  const elicitation = capabilities?.elicitation;
  // An empty object means forms: it is what revisions before 2025-11-25 declare.
  return elicitation !== undefined && (elicitation.form !== undefined || !elicitation.url);
}

/** Asks the client's user to fill in a form. */
export function elicitation(message: string, requestedSchema: Form): InputRequest {
  return { method: "elicitation/create", params: { mode: "form", message, requestedSchema } };
}

/** The user's answer to a form, as the client sent it; null for none, or for what is no answer. */
export function elicitResult(response: unknown): ElicitResult | null {
  const parsed = result.safeParse(response);
  return parsed.success ? (parsed.data as ElicitResult) : null;
}
