import type { AdapterPayload } from "oidc-provider";
import { platformStatement } from "#db/transaction.ts";
import { seal, sha256, unseal } from "#lib/core/crypto.ts";
import { keyring } from "#lib/core/keyring.ts";

const sealScope = "oauth";

const saveText = `insert into oauth_artifacts (kind, id_hash, sealed_payload, grant_id, expires_at)
  values ($1, $2, $3, $4, $5)
  on conflict (kind, id_hash) do update
    set sealed_payload = excluded.sealed_payload, grant_id = excluded.grant_id,
      expires_at = excluded.expires_at`;
const findText = `select sealed_payload, consumed_at from oauth_artifacts
  where kind = $1 and id_hash = $2`;
const consumeText = `update oauth_artifacts set consumed_at = now()
  where kind = $1 and id_hash = $2 and consumed_at is null returning kind`;
const deleteText = "delete from oauth_artifacts where kind = $1 and id_hash = $2";
const deleteOfGrantText = "delete from oauth_artifacts where kind = $1 and grant_id = $2";
const keepText = `update oauth_artifacts set expires_at = greatest(expires_at, $3)
  where kind = $1 and id_hash = $2`;
const purgeText = "delete from oauth_artifacts where expires_at < now() returning kind";

function after(seconds: number | undefined): Date | null {
  return seconds === undefined ? null : new Date(Date.now() + seconds * 1000);
}

/** Writes an artifact of the authorization server, sealed; its id is kept as a hash alone. */
export async function saveArtifact(
  kind: string,
  id: string,
  payload: AdapterPayload,
  expiresInSeconds: number | undefined,
): Promise<void> {
  const sealed = seal(keyring(), sealScope, JSON.stringify(payload));
  const grantId = payload.grantId ?? null;
  await platformStatement(saveText, [kind, sha256(id), sealed, grantId, after(expiresInSeconds)]);
}

/** An artifact by its id, expired ones included; `consumed` is when it was used, in seconds. */
export async function findArtifact(kind: string, id: string): Promise<AdapterPayload | undefined> {
  const [row] = await platformStatement(findText, [kind, sha256(id)]);
  if (!row) return undefined;
  const { sealed_payload, consumed_at } = row as {
    sealed_payload: string;
    consumed_at: Date | null;
  };
  const payload = JSON.parse(unseal(keyring(), sealScope, sealed_payload)) as AdapterPayload;
  return consumed_at ? { ...payload, consumed: Math.floor(consumed_at.getTime() / 1000) } : payload;
}

/** Marks an artifact as used; false when somebody else has done it before. */
export async function consumeArtifact(kind: string, id: string): Promise<boolean> {
  return (await platformStatement(consumeText, [kind, sha256(id)])).length > 0;
}

export async function deleteArtifact(kind: string, id: string): Promise<void> {
  await platformStatement(deleteText, [kind, sha256(id)]);
}

export async function deleteArtifactsOfGrant(kind: string, grantId: string): Promise<void> {
  await platformStatement(deleteOfGrantText, [kind, grantId]);
}

/** Keeps an artifact at least until `until`; one that is not there stays absent. */
export async function keepArtifact(kind: string, id: string, until: Date): Promise<void> {
  await platformStatement(keepText, [kind, sha256(id), until]);
}

/** Deletes what has expired; answers how much. */
export async function purgeArtifacts(): Promise<number> {
  return (await platformStatement(purgeText, [])).length;
}
