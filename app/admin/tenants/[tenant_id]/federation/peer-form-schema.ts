import { z } from "zod";
import {
  type ConflictPolicy,
  conflictPolicies,
  type FederationPeer,
  type PullKind,
  patchPeerInput,
  pullKinds,
  type RegisterPeerInput,
  registerPeerInput,
} from "#lib/federation/pulls/schema.ts";

export const kindOptions = [
  { value: "memory", label: "Memories", description: "Each agent's context." },
  { value: "tools", label: "Tools", description: "They wait for approval." },
] as const satisfies readonly { value: PullKind; label: string; description: string }[];

export function kindsText(kinds: readonly PullKind[]): string {
  const labels = kindOptions.filter(({ value }) => kinds.includes(value));
  return labels.map(({ label }) => label).join(", ");
}

export const policyOptions = [
  { value: "keep_ours", label: "Keep ours" },
  { value: "theirs", label: "Take theirs" },
  { value: "newest", label: "Take the newest" },
] as const satisfies readonly { value: ConflictPolicy; label: string }[];

export function policyText(policy: ConflictPolicy): string {
  return policyOptions.find(({ value }) => value === policy)?.label ?? policy;
}

const text = z.string().trim();

const fields = z.object({
  peer_id: text,
  name: text,
  url: text,
  remote_tenant_id: text,
  /** Empty: the stored one stays, or none is sent. */
  token: text,
  pulls: z.array(z.enum(pullKinds)),
  memory_conflict: z.enum(conflictPolicies),
  tools_conflict: z.enum(conflictPolicies),
  schedule_minutes: z.number().nullable(),
  enabled: z.boolean(),
});

export type PeerSubmit = Omit<RegisterPeerInput, "peer_id"> & { peer_id: string };

/** The form's values → the registration as the API takes it, for a new peer or one that is there. */
export function peerForm(isNew: boolean) {
  const schema = isNew ? registerPeerInput : patchPeerInput;
  return fields.transform((values, context): PeerSubmit => {
    const { name, remote_tenant_id, token, ...rest } = values;
    const input: PeerSubmit = {
      ...rest,
      ...(name === "" ? {} : { name }),
      remote_tenant_id: remote_tenant_id === "" ? null : remote_tenant_id,
      ...(token === "" ? {} : { token }),
    };
    for (const { path, message } of schema.safeParse(input).error?.issues ?? []) {
      const [first = ""] = path;
      context.addIssue({ code: "custom", path: [first], message });
    }
    return input;
  });
}

/** What the form starts with. */
export function toPeerValues(peer?: FederationPeer): z.input<typeof fields> {
  return {
    peer_id: peer?.peer_id ?? "",
    name: peer?.name ?? "",
    url: peer?.url ?? "",
    remote_tenant_id: peer?.remote_tenant_id ?? "",
    token: "",
    pulls: peer?.pulls ?? [...pullKinds],
    memory_conflict: peer?.memory_conflict ?? "keep_ours",
    tools_conflict: peer?.tools_conflict ?? "keep_ours",
    schedule_minutes: peer?.schedule_minutes ?? null,
    enabled: peer?.enabled ?? true,
  };
}
