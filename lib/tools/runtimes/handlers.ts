import { z } from "zod";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { singleton } from "#lib/core/singleton.ts";
import { usageGroups, usageKinds } from "#lib/usage/schema.ts";
import { reportUsage } from "#lib/usage/service.ts";
import type { ToolClient, ToolOutcome } from "../calls/client.ts";

/** Our own code behind an implementation of `internal:<name>`. */
export interface Handler {
  /** In a few words, for the error that lists the known ones. */
  about: string;
  run(ctx: Ctx, args: JsonObject, client: ToolClient): Promise<ToolOutcome> | ToolOutcome;
}

/** A handler that answers a JSON value and checks its arguments itself, whatever the tool declares. */
function answering<S extends z.ZodType>(
  about: string,
  input: S,
  run: (ctx: Ctx, args: z.output<S>) => Promise<unknown> | unknown,
): Handler {
  return {
    about,
    async run(ctx, args) {
      const structuredContent = await run(ctx, parse(input, args));
      const text = JSON.stringify(structuredContent);
      return { content: [{ type: "text", text }], structuredContent };
    },
  };
}

const timezone = z.string().refine((name) => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}, 'must be an IANA time zone such as "Europe/Madrid"');

/** The time on the clocks of a zone with its offset, to the second: ISO 8601. */
function localTime(at: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hourCycle: "h23" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "longOffset" },
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const offset = part.timeZoneName?.replace("GMT", "") || "+00:00";
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}${offset}`;
}

const echo = answering("gives its arguments back", z.looseObject({}), (_ctx, args) => args);

const time = answering(
  "the time, in a zone",
  z.object({ timezone: timezone.default("UTC") }),
  (_ctx, args) => {
    const now = new Date();
    return {
      utc: now.toISOString(),
      timezone: args.timezone,
      local: localTime(now, args.timezone),
      unix_ms: now.getTime(),
    };
  },
);

const usageSummary = answering(
  "the tenant's own calls, errors and cost",
  z.object({
    hours: z.number().int().min(1).max(8784).default(24),
    group_by: z.enum(usageGroups).default("name"),
    kind: z.enum(usageKinds).optional(),
  }),
  (ctx, { hours, group_by, kind }) =>
    reportUsage(ctx, {
      from: new Date(Date.now() - hours * 3_600_000).toISOString(),
      group_by,
      ...(kind ? { kind } : {}),
    }),
);

/** Every name that an implementation of `internal:<name>` can have; a deployment may add its own. */
export const handlers = singleton(
  "tool.handlers",
  () =>
    new Map<string, Handler>([
      ["echo", echo],
      ["time", time],
      ["usage_summary", usageSummary],
    ]),
);
