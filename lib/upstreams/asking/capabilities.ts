import type { ClientCapabilities } from "@modelcontextprotocol/client";

/** What a server may be told that its client can be asked for; nothing: that it can be asked nothing. */
export type Askable = Pick<ClientCapabilities, "elicitation" | "sampling" | "roots">;

/** For whoever only looks at what there is: servers hide tools from clients that they could not ask. */
export const everythingAskable: Askable = {
  elicitation: { form: {}, url: {} },
  sampling: {},
  roots: {},
};

/**
 * What of a client's capabilities is passed on to an upstream, in one form for all that mean the
 * same: connections are kept apart by it.
 */
export function askableOf(capabilities: ClientCapabilities | null): Askable {
  const { elicitation, sampling, roots } = capabilities ?? {};
  // An empty object means forms: it is what revisions before 2025-11-25 declare.
  const form = elicitation && (elicitation.form !== undefined || elicitation.url === undefined);
  return {
    ...(elicitation
      ? { elicitation: { ...(form ? { form: {} } : {}), ...(elicitation.url ? { url: {} } : {}) } }
      : {}),
    ...(sampling
      ? {
          sampling: {
            ...(sampling.context ? { context: {} } : {}),
            ...(sampling.tools ? { tools: {} } : {}),
          },
        }
      : {}),
    ...(roots ? { roots: {} } : {}),
  };
}
