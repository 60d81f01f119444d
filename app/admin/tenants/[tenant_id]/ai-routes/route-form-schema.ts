import { z } from "zod";
import {
  type AiRoute,
  type PutRouteInput,
  putRouteInput,
  routeAlias,
} from "#lib/gateway/schema.ts";

const row = z.object({ model: z.string().trim(), weight: z.number().nullable() });

export type TargetRow = z.input<typeof row>;

export const emptyTarget: TargetRow = { model: "", weight: null };

const fields = z.object({
  alias: z.string().trim(),
  targets: z.array(row),
  timeout_seconds: z.number({ error: "Enter a number of seconds." }),
});

export type RouteValues = z.input<typeof fields>;

export interface RouteSubmit {
  alias: string;
  input: PutRouteInput;
}

/** The form's values → a route's alias and the API's input; a mistake is told at its box. */
export const routeForm = fields.transform((values, context): RouteSubmit => {
  const { alias, targets, timeout_seconds } = values;
  const input = {
    targets: targets.map(({ model, weight }) => ({
      model,
      ...(weight === null ? {} : { weight }),
    })),
    timeout_ms: Math.round(timeout_seconds * 1000),
  };
  const complain = (path: PropertyKey[], message: string) =>
    context.addIssue({ code: "custom", path, message });
  const wrongAlias = routeAlias.safeParse(alias).error?.issues[0];
  if (wrongAlias) complain(["alias"], wrongAlias.message);
  for (const { path, message } of putRouteInput.safeParse(input).error?.issues ?? []) {
    const [name] = path;
    if (name === "timeout_ms") complain(["timeout_seconds"], "Enter 0.1 to 600 seconds.");
    // A mistake of the list as a whole is told at its last box.
    else if (path.length > 1) complain(path, message);
    else complain(["targets", Math.max(targets.length - 1, 0), "model"], message);
  }
  return { alias, input };
});

/** What the form starts with. */
export function toRouteValues(route?: AiRoute): RouteValues {
  return {
    alias: route?.alias ?? "",
    targets: route?.targets.map(({ model, weight = null }) => ({ model, weight })) ?? [emptyTarget],
    timeout_seconds: (route?.timeout_ms ?? 60_000) / 1000,
  };
}
