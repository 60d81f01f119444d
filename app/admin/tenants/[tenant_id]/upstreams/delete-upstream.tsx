"use client";

import { DeleteButton, useDeletion } from "#components/forms/deletion.tsx";
import { deleteUpstream } from "#lib/client/upstreams.ts";
import type { Upstream } from "#lib/upstreams/schema.ts";

type DeleteUpstreamProps = { upstream: Pick<Upstream, "tenant_id" | "upstream_id" | "name"> };

/** The button on an upstream's own page, which leads back to the list. */
export function DeleteUpstreamButton({ upstream }: DeleteUpstreamProps) {
  const { tenant_id, upstream_id, name } = upstream;
  const deletion = useDeletion(
    {
      title: "Delete upstream",
      description: `Tools of ${name} stay, and fail from now on: delete them too where nobody needs them.`,
      confirmText: upstream_id,
      done: `${name} is deleted`,
    },
    () => deleteUpstream(tenant_id, upstream_id),
  );
  return <DeleteButton deletion={deletion} list={`/admin/tenants/${tenant_id}/upstreams`} />;
}
