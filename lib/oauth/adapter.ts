import { type Adapter, type AdapterPayload, errors } from "oidc-provider";
import {
  consumeArtifact,
  deleteArtifact,
  deleteArtifactsOfGrant,
  findArtifact,
  saveArtifact,
} from "./artifacts.ts";
import { endGrantOf, findAnyGrant, toGrantPayload } from "./grants.ts";

/** A registration that nobody consents to is forgotten; consent keeps it as long as the grant. */
const unusedClientSeconds = 7 * 24 * 3600;

async function nothing(): Promise<undefined> {
  return undefined;
}

const common = { findByUid: nothing, findByUserCode: nothing, revokeByGrantId: nothing };

/** Each authorization request signs in through our own session, so that no second one is kept. */
const noSessions: Adapter = {
  ...common,
  find: nothing,
  upsert: nothing,
  destroy: nothing,
  consume: nothing,
};

/** Grants are rows of their tenant; consent writes them, and the server only reads and ends them. */
const grants: Adapter = {
  ...common,
  async find(id) {
    const row = await findAnyGrant(id);
    return row ? toGrantPayload(row) : undefined;
  },
  upsert: () => Promise.reject(new Error("Consent writes grants")),
  destroy: endGrantOf,
  consume: nothing,
};

function artifacts(kind: string): Adapter {
  return {
    ...common,
    find: (id) => findArtifact(kind, id),
    upsert: (id, payload: AdapterPayload, expiresIn) =>
      saveArtifact(kind, id, payload, kind === "Client" ? unusedClientSeconds : expiresIn),
    destroy: (id) => deleteArtifact(kind, id),
    async consume(id) {
      if (await consumeArtifact(kind, id)) return;
      // Of two uses at the same moment, one.
      throw new errors.InvalidGrant("it was used already");
    },
    revokeByGrantId: (grantId) => deleteArtifactsOfGrant(kind, grantId),
  };
}

/** oidc-provider's storage of one kind of artifact, in PostgreSQL. */
export function createAdapter(kind: string): Adapter {
  if (kind === "Session") return noSessions;
  return kind === "Grant" ? grants : artifacts(kind);
}
