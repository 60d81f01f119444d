import type { SubjectFacts } from "#lib/auth/subjects.ts";
import { scopeOf } from "./access.ts";
import type { Conditions, Use } from "./conditions.ts";
import { type Grant, grantedAccess, openAccess, waysTo } from "./engine.ts";
import type { PermissionAnswer, ResourceGrant } from "./schema.ts";

/** What is known of a resource when a question about it is answered. */
export interface Case {
  id: string;
  isOpen: boolean;
  ceiling: ReadonlySet<string>;
  grants: readonly Grant[];
  /** Milliseconds of the epoch. */
  now: number;
}

interface Question {
  permission: string;
  use?: Use;
}

function conditionWords(conditions: Conditions): string {
  const { path_prefix, tables, columns_hidden, max_rows } = conditions;
  const words = [
    path_prefix !== undefined && `within ${path_prefix}`,
    tables && `of ${tables.join(", ")}`,
    columns_hidden && `without ${columns_hidden.join(", ")}`,
    max_rows !== undefined && `${max_rows} rows at most`,
  ].filter((each) => typeof each === "string");
  return words.length === 0 ? "" : ` (${words.join("; ")})`;
}

function because({ subject, conditions }: Grant): string {
  return `the grant to ${subject.replace(":", " ")}${conditionWords(conditions)}`;
}

/** Why not, where neither a grant nor the open resource permits it. */
function whyNot(asked: Case, own: readonly Grant[], { permission }: Question): string {
  const giving = own.map(because).join(", ");
  if (!asked.ceiling.has(permission)) {
    const cut = own.length > 0 ? `, which cuts off ${giving}` : "";
    return `The resource does not offer "${permission}": its access_permissions leave it out${cut}.`;
  }
  if (own.length === 0) return `No grant gives "${permission}".`;
  const { now } = asked;
  if (own.every(({ expiresAt }) => expiresAt !== null && expiresAt <= now)) {
    return `It has expired: ${giving}.`;
  }
  return `Not for what is asked: ${giving}.`;
}

/** Whether somebody may use a permission, through which grants, under which conditions, and why. */
export function answerOf(
  asked: Case,
  { names, permissions }: SubjectFacts,
  question: Question,
): PermissionAnswer {
  const { permission, use } = question;
  const mine = new Set(names);
  const own = asked.grants.filter(
    (grant) => mine.has(grant.subject) && grant.permissions.includes(permission),
  );
  const access = asked.isOpen
    ? openAccess(asked.ceiling)
    : grantedAccess(asked.ceiling, asked.grants, mine, asked.now);
  const ways = waysTo(access, permission, use);
  if (ways.length === 0) {
    const grants = own.map(({ grantId }) => grantId);
    const reason = whyNot(asked, own, question);
    return { permission, allowed: false, reason, grants, conditions: [] };
  }
  const through = own.filter(({ grantId }) => ways.some((way) => way.grantId === grantId));
  const grants = through.map(({ grantId }) => grantId);
  const scope = scopeOf(permission);
  const source = asked.isOpen
    ? "The resource is open to everyone of the tenant with the scope"
    : `Through ${through.map(because).join(", ")}`;
  if (permissions && !permissions.has(scope)) {
    const reason = `${source}; but the credential lacks the scope ${scope}, or has ended.`;
    return { permission, allowed: false, reason, grants, conditions: [] };
  }
  const rest = permissions ? "" : `, with a credential that has the scope ${scope}`;
  const conditions = ways.map((way) => way.conditions as PermissionAnswer["conditions"][number]);
  return { permission, allowed: true, reason: `${source}${rest}.`, grants, conditions };
}

/** What holds of a resource, in plain sentences. */
export function summaryOf(
  { isOpen, ceiling, now, grants }: Case,
  views: readonly ResourceGrant[],
  { grantedOnly, closed }: { grantedOnly: boolean; closed: boolean },
): string[] {
  const offered = [...ceiling].join(", ");
  if (isOpen) {
    return [
      `Anyone of the tenant with the scope may use what it offers: ${offered}.`,
      "The first grant closes it to everybody else.",
    ];
  }
  const active = grants.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  const cut = [...new Set(active.flatMap(({ permissions }) => permissions))].filter(
    (word) => !ceiling.has(word),
  );
  return [
    `Only who is granted it may use it, and at most: ${offered}. To everybody else it is not there.`,
    ...(closed
      ? [
          `Resources of this tenant are closed${grantedOnly ? "" : ", this one too,"} until granted.`,
        ]
      : []),
    ...(active.length === 0 ? ["No grant holds now, so that nobody may use it."] : []),
    ...(cut.length > 0 ? [`Granted in vain, since it does not offer it: ${cut.join(", ")}.`] : []),
    ...(views.length > active.length ? [`Expired: ${views.length - active.length}.`] : []),
    "Whoever has the scope resources:govern sees what is registered, and changes the grants.",
  ];
}
