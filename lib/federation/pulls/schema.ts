import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { oneLine } from "#lib/core/text-schema.ts";
import { headerText, peerUrl } from "../schema.ts";

/** Peers that a tenant can have. */
export const mostPeers = 50;
/** Runs that are kept of each peer. */
export const runsKept = 100;
/** Failures in a row after which a peer is called unhealthy. */
export const unhealthyAfter = 3;

export const pullKinds = ["memory", "tools"] as const;

export type PullKind = (typeof pullKinds)[number];

export const conflictPolicies = ["keep_ours", "theirs", "newest"] as const;

export type ConflictPolicy = (typeof conflictPolicies)[number];

export const peerId = z
  .string({ error: "must be a string" })
  .regex(
    /^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$/,
    "must be a slug: 1 to 64 lower-case letters, digits, _ or -, starting and ending with a letter or digit",
  )
  .meta({ examples: ["headquarters"] });

const name = oneLine(z.string().trim().min(1, "must not be empty").max(200));

const pulls = z
  .array(z.enum(pullKinds, { error: "must be memory or tools" }))
  .min(1, "must name memory, tools or both")
  .transform((kinds) => pullKinds.filter((kind) => kinds.includes(kind)));

const policy = z.enum(conflictPolicies, { error: "must be keep_ours, theirs or newest" });

const scheduleMinutes = z
  .number({ error: "must be a number of minutes, or null" })
  .int("must be a whole number")
  .min(5, "must be at least 5")
  .max(10_080, "must be at most 10080, a week")
  .nullable();

const token = headerText(8192).nullable();

const policyText =
  "What becomes of an entry that both sides changed since the last pull, or that both have of their own: `keep_ours`, `theirs`, or the `newest`.";

const tokenText =
  "Sent to the peer as a bearer token; sealed, and never shown. Absent: the stored one stays. Null: none.";

export const registerPeerInput = z.object({
  peer_id: peerId,
  name: name.optional().meta({ description: "Absent: its id." }),
  url: peerUrl,
  remote_tenant_id: headerText(200).nullable().default(null).meta({
    description: "The tenant there; null: the one that the token belongs to.",
  }),
  token: token.optional().meta({ description: tokenText }),
  pulls: pulls.default([...pullKinds]),
  memory_conflict: policy.default("keep_ours").meta({ description: policyText }),
  tools_conflict: policy.default("keep_ours").meta({
    description: `${policyText} What is taken waits for approval in any case.`,
  }),
  schedule_minutes: scheduleMinutes.default(null).meta({
    description: "Minutes between pulls that start by themselves; null: none do.",
  }),
  enabled: z.boolean({ error: "must be true or false" }).default(true),
});

export type RegisterPeerInput = z.input<typeof registerPeerInput>;

export const patchPeerInput = z.object({
  name: name.optional(),
  url: peerUrl.optional(),
  remote_tenant_id: headerText(200).nullable().optional(),
  token: token.optional().meta({ description: tokenText }),
  pulls: pulls.optional(),
  memory_conflict: policy.optional(),
  tools_conflict: policy.optional(),
  schedule_minutes: scheduleMinutes.optional(),
  enabled: z.boolean({ error: "must be true or false" }).optional(),
});

export type PatchPeerInput = z.input<typeof patchPeerInput>;

const peerStates = ["unknown", "ok", "failing", "unhealthy"] as const;

export const peer = z
  .object({
    peer_id: z.string(),
    name: z.string(),
    url: z.string(),
    remote_tenant_id: z.string().nullable(),
    has_token: z.boolean(),
    pulls: z.array(z.enum(pullKinds)),
    memory_conflict: z.enum(conflictPolicies),
    tools_conflict: z.enum(conflictPolicies),
    schedule_minutes: z.number().int().nullable(),
    enabled: z.boolean(),
    health: z.object({
      state: z.enum(peerStates).meta({
        description: `\`unhealthy\`: ${unhealthyAfter} pulls or more in a row failed.`,
      }),
      failures: z.number().int().meta({ description: "Pulls in a row that failed." }),
      last_pull_at: z.iso.datetime().nullable(),
      last_ok_at: z.iso.datetime().nullable(),
      last_error: z.string().nullable(),
    }),
    pulling: z.boolean().meta({ description: "A pull is under way." }),
    next_pull_at: z.iso.datetime().nullable().meta({ description: "Null: none by itself." }),
    tenant_id: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "FederationPeer" });

export type FederationPeer = z.output<typeof peer>;

export const deletedPeer = z.object({ status: z.literal("deleted"), peer_id: z.string() });

/** Entries that a report tells by name. */
export const mostTold = 50;

const conflictOutcomes = ["kept", "replaced"] as const;

export const kindReport = z.object({
  new: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  kept: z.number().int().meta({ description: "Conflicts in which ours stayed." }),
  replaced: z.number().int().meta({ description: "Conflicts in which theirs was taken." }),
  failed: z.number().int().meta({ description: "Not written; tried again at the next pull." }),
  incremental: z.boolean().meta({ description: "The peer told only of what changed." }),
  complete: z.boolean().meta({ description: "Nothing is left for the next pull to go on with." }),
  cursor_before: z.string().nullable(),
  cursor_after: z.string().nullable(),
  conflicts: z.array(z.object({ id: z.string(), outcome: z.enum(conflictOutcomes) })).meta({
    description: `The first ${mostTold}.`,
  }),
  failures: z.array(z.object({ id: z.string(), reason: z.string() })).meta({
    description: `The first ${mostTold}.`,
  }),
  error: z.string().nullable().meta({ description: "What ended it before its end." }),
});

export type KindReport = z.output<typeof kindReport>;

export const runReport = z.object({
  memory: kindReport.optional(),
  tools: kindReport.optional(),
});

export type RunReport = z.output<typeof runReport>;

export const runTriggers = ["manual", "scheduled"] as const;
const runStatuses = ["running", "ok", "partial", "failed"] as const;

export const peerRun = z
  .object({
    run_id: z.string(),
    peer_id: z.string(),
    trigger: z.enum(runTriggers),
    status: z.enum(runStatuses).meta({
      description: "`partial`: some entries, or one of the kinds, could not be taken.",
    }),
    report: runReport,
    error_code: z.string().nullable(),
    error: z.string().nullable(),
    started_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
    started_by: z.object({ type: z.string(), id: z.string() }),
  })
  .meta({ id: "FederationRun" });

export type PeerRun = z.output<typeof peerRun>;

export const originQuery = pageQuery.extend({
  kind: z.enum(pullKinds, { error: "must be memory or tools" }).optional(),
  entry_id: z.string().max(200).optional().meta({
    description: "An agent's id, or a tool's.",
  }),
  peer_id: z.string().max(64).optional(),
});

export type OriginQuery = z.output<typeof originQuery>;

export const origin = z
  .object({
    kind: z.enum(pullKinds),
    entry_id: z.string(),
    peer_id: z.string().nullable().meta({
      description: "Null: pulled of an address that was no registered peer.",
    }),
    url: z.string(),
    remote_tenant_id: z.string().nullable(),
    remote_id: z.string(),
    remote_updated_at: z.iso.datetime().nullable(),
    pulled_at: z.iso.datetime(),
    digest: z
      .string()
      .meta({ description: "SHA-256 of what both sides had then; empty: nothing." }),
  })
  .meta({ id: "FederationOrigin" });

export type Origin = z.output<typeof origin>;

export const heldTool = z
  .object({
    tool_id: z.string(),
    name: z.string(),
    description: z.string(),
    change: z.enum(["new", "changed"]).meta({
      description: "`new`: nobody can call it. `changed`: the published definition stays in use.",
    }),
    digest: z.string().meta({ description: "Of the definition that waits: approve this one." }),
    revision: z.number().int(),
    published_revision: z.number().int().nullable(),
    note: z.string().meta({
      description:
        "Where it was pulled from, and what the peer did not send, since it may be a secret.",
    }),
    secrets: z.array(z.string()).meta({
      description: "Names of this tenant's secrets that it would use once it is approved.",
    }),
    addresses: z.array(z.string()).meta({ description: "Where it would send what it is given." }),
    pulled_at: z.iso.datetime(),
  })
  .meta({ id: "FederationHeldTool" });

export type HeldTool = z.output<typeof heldTool>;

export const approveToolInput = z.object({
  digest: z.string({ error: "must be the digest that was looked at" }).max(100),
});

export type ApproveToolInput = z.input<typeof approveToolInput>;
