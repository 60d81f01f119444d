import { z } from "zod";
import {
  conditions as conditionsSchema,
  type GrantInput,
  grantInput,
  knownPermissions,
  type ResourceGrant,
} from "#lib/resources/access/schema.ts";
import type { SubjectOptions } from "./load-subjects.ts";
import { subjectFields, subjectValues, toSubject } from "./subject-form.ts";

const dayMs = 86_400_000;

/** How long a grant may hold. */
export const lifetimes = [
  { value: "never", label: "Never", days: null },
  { value: "1", label: "In a day", days: 1 },
  { value: "7", label: "In a week", days: 7 },
  { value: "30", label: "In 30 days", days: 30 },
  { value: "90", label: "In 90 days", days: 90 },
  { value: "365", label: "In a year", days: 365 },
] as const;

/** Names with commas or spaces between, as a list. */
export function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

const fields = z.object({
  ...subjectFields,
  permissions: z.array(z.string()),
  own: z.string(),
  path_prefix: z.string().trim(),
  tables: z.string(),
  columns_hidden: z.string(),
  max_rows: conditionsSchema.shape.max_rows.unwrap().nullable(),
  /** `keep`: as the grant has it that is edited. */
  lifetime: z.enum(["keep", ...lifetimes.map(({ value }) => value)]),
});

export type GrantFormValues = z.input<typeof fields>;

function toConditions(values: z.output<typeof fields>): NonNullable<GrantInput["conditions"]> {
  const { path_prefix, max_rows } = values;
  const [tables, hidden] = [wordsOf(values.tables), wordsOf(values.columns_hidden)];
  return {
    ...(path_prefix === "" ? {} : { path_prefix }),
    ...(tables.length === 0 ? {} : { tables }),
    ...(hidden.length === 0 ? {} : { columns_hidden: hidden }),
    ...(max_rows === null ? {} : { max_rows }),
  };
}

function toExpiry(lifetime: GrantFormValues["lifetime"], kept: string | null): string | null {
  if (lifetime === "keep") return kept;
  const days = lifetimes.find(({ value }) => value === lifetime)?.days ?? null;
  return days === null ? null : new Date(Date.now() + days * dayMs).toISOString();
}

/** A grant as the dialog has it → as the API takes it. */
export function grantForm(options: SubjectOptions, edited?: ResourceGrant) {
  return fields.transform((values, context): GrantInput => {
    const input = {
      subject: toSubject(values, options, context),
      permissions: [...values.permissions, ...wordsOf(values.own)],
      conditions: toConditions(values),
      expires_at: toExpiry(values.lifetime, edited?.expires_at ?? null),
    };
    for (const { path, message } of grantInput.safeParse(input).error?.issues ?? []) {
      const [group, name] = path;
      if (group === "subject") continue;
      const isOwn = group === "permissions" && typeof name === "number";
      const field =
        group === "conditions" ? String(name) : group === "expires_at" ? "lifetime" : "permissions";
      context.addIssue({ code: "custom", path: [isOwn ? "own" : field], message });
    }
    return input;
  });
}

/** What the dialog starts with: a grant that is edited, or an empty one to read. */
export function grantValues(options: SubjectOptions, edited?: ResourceGrant): GrantFormValues {
  const { path_prefix, tables, columns_hidden, max_rows } = edited?.conditions ?? {};
  const known: readonly string[] = knownPermissions;
  const words = edited?.permissions ?? ["read"];
  return {
    ...subjectValues(options, edited?.subject),
    permissions: words.filter((word) => known.includes(word)),
    own: words.filter((word) => !known.includes(word)).join(", "),
    path_prefix: path_prefix ?? "",
    tables: tables?.join(", ") ?? "",
    columns_hidden: columns_hidden?.join(", ") ?? "",
    max_rows: max_rows ?? null,
    lifetime: edited?.expires_at ? "keep" : "never",
  };
}
