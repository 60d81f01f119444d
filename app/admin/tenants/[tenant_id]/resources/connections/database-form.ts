import { z } from "zod";
import { isJsonObject } from "#lib/core/json.ts";
import { connectionForm, filled, numberOf, textOf } from "./connection-form.ts";

const login = z.object({ user: z.string().trim(), password_secret: z.string().trim() });

function toLogin(value: unknown): z.input<typeof login> {
  const given = isJsonObject(value) ? value : {};
  return { user: textOf(given.user), password_secret: textOf(given.password_secret) };
}

/** A login of which anything is filled in. */
function loginOf({ user, password_secret }: z.output<typeof login>) {
  return user + password_secret === "" ? null : { user, password_secret };
}

export const databaseForm = connectionForm({
  about:
    "Who reads and who writes, and how far. A login of its own for each keeps readers from writing, whatever they ask; without SELECT, writers learn of no rows.",
  fields: z.object({
    read_login: login,
    write_login: login,
    statement_timeout_ms: z.number().nullable(),
    max_rows: z.number().nullable(),
  }),
  toFields: ({ read_login, write_login, statement_timeout_ms, max_rows }) => ({
    read_login: toLogin(read_login),
    write_login: toLogin(write_login),
    statement_timeout_ms: numberOf(statement_timeout_ms),
    max_rows: numberOf(max_rows),
  }),
  toConnection: ({ read_login, write_login, ...limits }) =>
    filled({ read_login: loginOf(read_login), write_login: loginOf(write_login), ...limits }),
});
