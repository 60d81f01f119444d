import { z } from "zod";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, type FieldError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { usageGroups, usageKinds } from "#lib/usage/schema.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { invalidArguments, ToolError } from "../tool-error.ts";
import type { Runtime } from "./runtime.ts";

interface Handler {
  about: string;
  run(ctx: Ctx, args: JsonObject): Promise<unknown> | unknown;
}

/** A handler that checks its arguments itself, whatever the tool that names it declares. */
function handler<S extends z.ZodType>(
  about: string,
  input: S,
  run: (ctx: Ctx, args: z.output<S>) => Promise<unknown> | unknown,
): Handler {
  return { about, run: (ctx, args) => run(ctx, parse(input, args)) };
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

/** Every name that an implementation of `internal:<name>` can have. */
const handlers = new Map<string, Handler>([
  ["echo", handler("gives its arguments back", z.looseObject({}), (_ctx, args) => args)],
  [
    "time",
    handler(
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
    ),
  ],
  [
    "usage_summary",
    handler(
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
    ),
  ],
]);

function unknownHandler(name: string): ToolError {
  const known = [...handlers].map(([each, { about }]) => `internal:${each} (${about})`).join(", ");
  return new ToolError(
    "unknown_handler",
    `There is no handler "internal:${name}" here, so the tool cannot run. Known are ${known}.`,
  );
}

function toToolError(error: unknown, mcpName: string): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.code !== "invalid_request") return new ToolError("handler_failed", error.message);
  const errors: FieldError[] = error.errors ?? [{ pointer: "", message: error.message }];
  return invalidArguments(mcpName, errors);
}

/** A tool that our own code runs, by the name after `internal:`. */
export const internalRuntime: Runtime = ({ mcpName, config }) => {
  const name = String(config.implementation).slice("internal:".length);
  const found = handlers.get(name);
  return async (ctx, args) => {
    if (!found) throw unknownHandler(name);
    try {
      const structuredContent = await found.run(ctx, args);
      const text = JSON.stringify(structuredContent);
      return { content: [{ type: "text", text }], structuredContent };
    } catch (error) {
      throw toToolError(error, mcpName);
    }
  };
};
