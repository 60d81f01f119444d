import {
  type ApplyBundleInput,
  type BundleFormat,
  type BundleKind,
  type BundlePlan,
  type BundleResult,
  bundlePlan,
  bundleResult,
  type PlanBundleInput,
} from "#lib/bundles/schema.ts";
import { callApi, pathOf, readBlob } from "./api.ts";

/** A tenant's definitions as the text of one file. */
export function exportBundle(
  tenantId: string,
  { kinds, format }: { kinds: readonly BundleKind[]; format: BundleFormat },
): Promise<Blob> {
  const query = { format, kinds: kinds.join(",") };
  return readBlob({ path: pathOf("bundle"), query, tenantId });
}

/** What an import would do; writes nothing. */
export function planBundle(tenantId: string, body: PlanBundleInput): Promise<BundlePlan> {
  return callApi({
    ...{ method: "POST", path: pathOf("bundle", "plan"), tenantId, body },
    response: bundlePlan,
  });
}

export function applyBundle(tenantId: string, body: ApplyBundleInput): Promise<BundleResult> {
  return callApi({
    ...{ method: "POST", path: pathOf("bundle", "apply"), tenantId, body },
    response: bundleResult,
  });
}
