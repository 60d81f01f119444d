import type { CallerCtx } from "./ctx.ts";
import { AppError } from "./errors.ts";
import type { Permission } from "./permissions.ts";

/** What to come back with: an OAuth client gets no more than it asks for, so it asks for all anew. */
function scopesToAsk({ principal, permissions }: CallerCtx, missing: Permission): string {
  return principal.type === "client" ? [...permissions, missing].join(" ") : missing;
}

/** First line of every verb: throws `insufficient_scope` (403) unless the caller has the permission. */
export function authorize(ctx: CallerCtx, permission: Permission): void {
  if (ctx.permissions.has(permission)) return;
  throw new AppError(
    "insufficient_scope",
    `This needs the scope "${permission}". Use a credential that has it.`,
    { extra: { scope: scopesToAsk(ctx, permission) } },
  );
}
