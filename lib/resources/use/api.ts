import { and, desc, eq } from "drizzle-orm";
import type { z } from "zod";
import { resourceDeployments } from "#db/schema/resources.ts";
import { withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { parse } from "#lib/core/parse.ts";
import { requireAccess, scopeOf } from "../access/access.ts";
import { resourceCatalogOf } from "../catalog.ts";
import { type ApiAnswer, apiRequest, type Deployment } from "../drivers/api/connection-schema.ts";
import { requestApi } from "../drivers/api/request.ts";
import { auditUse, metered } from "./meter.ts";
import { withResource } from "./open.ts";

const kinds = ["api"] as const;
const reading = new Set(["GET", "HEAD"]);

/**
 * One request of an API resource: GET and HEAD need `read`, the other methods `write`. Throws
 * `not_found`, `forbidden` for what the resource's list or the grant leaves out, and `upstream_failed`;
 * an answer of any status is an answer.
 */
export function requestResource(
  ctx: Ctx,
  id: string,
  raw: z.input<typeof apiRequest>,
  signal?: AbortSignal,
): Promise<ApiAnswer> {
  const isRead = raw.method === undefined || reading.has(raw.method);
  const permission = isRead ? "read" : "write";
  return metered(ctx, isRead ? "api.read" : "api.write", async () => {
    authorize(ctx, scopeOf(permission));
    const request = parse(apiRequest, raw);
    const answer = await withResource(ctx, id, kinds, permission, signal, ({ scope, connection }) =>
      requestApi(scope, connection, request),
    );
    if (!isRead) {
      const { method, path } = request;
      await auditUse(ctx, "resource.request", id, { method, path, status: answer.status });
    }
    return answer;
  });
}

function toDeployment(row: typeof resourceDeployments.$inferSelect): Deployment {
  return {
    deployment_id: row.deploymentId,
    resource_id: row.resourceId,
    state: row.state,
    status_code: row.statusCode,
    detail: row.detail,
    started_by: { type: row.principalType, id: row.principalId },
    started_at: row.startedAt.toISOString(),
    finished_at: row.finishedAt?.toISOString() ?? null,
  };
}

async function begin(ctx: Ctx, id: string): Promise<string> {
  const deploymentId = prefixedId("dep");
  await withTenant(ctx.tenantId, async (tx) => {
    await tx.insert(resourceDeployments).values({
      ...{ tenantId: ctx.tenantId, resourceId: id, deploymentId, state: "running" },
      ...{
        principalType: ctx.principal.type,
        principalId: ctx.principal.id,
        startedAt: new Date(),
      },
    });
    await audit(tx, ctx, {
      action: "resource.deploy",
      target: { type: "resource", id },
      after: { deployment_id: deploymentId },
    });
  });
  return deploymentId;
}

async function finish(
  ctx: Ctx,
  id: string,
  deploymentId: string,
  outcome: { state: "succeeded" | "failed"; statusCode: number | null; detail: string },
): Promise<Deployment> {
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx
      .update(resourceDeployments)
      .set({ ...outcome, finishedAt: new Date() })
      .where(
        and(
          eq(resourceDeployments.tenantId, ctx.tenantId),
          eq(resourceDeployments.resourceId, id),
          eq(resourceDeployments.deploymentId, deploymentId),
        ),
      )
      .returning(),
  );
  if (!row) throw notFound("deployment", deploymentId);
  return toDeployment(row);
}

function toOutcome({ status, text, json }: ApiAnswer) {
  const said = text ?? (json === undefined ? "" : JSON.stringify(json));
  const state = status < 400 ? ("succeeded" as const) : ("failed" as const);
  return { state, statusCode: status, detail: said.slice(0, 2_000) };
}

/**
 * Runs the operation that the resource's connection declares as its deployment, and records the run;
 * needs `deploy`. A run that fails is an answer. Throws `invalid_request` where none is declared.
 */
export function deployResource(ctx: Ctx, id: string, signal?: AbortSignal): Promise<Deployment> {
  return metered(ctx, "deploy", () =>
    withResource(ctx, id, kinds, "deploy", signal, async ({ scope, connection }) => {
      const { deployment } = connection;
      if (!deployment) {
        throw new AppError(
          "invalid_request",
          `The resource "${id}" declares no connection.deployment.`,
        );
      }
      const deploymentId = await begin(ctx, id);
      const request = { ...deployment, query: {} };
      // The declared operation needs no entry in the list of what others may ask.
      const answer = await requestApi(
        { ...scope, limits: [{}] },
        { ...connection, allow: undefined },
        request,
      ).then(toOutcome, (error: unknown) => {
        const detail = error instanceof AppError ? error.message : "It failed on our side.";
        return { state: "failed" as const, statusCode: null, detail };
      });
      return finish(ctx, id, deploymentId, scope.redact(answer));
    }),
  );
}

const mostListed = 100;

/** The last runs of a resource's deployment, newest first; needs `deploy`. */
export async function listDeployments(ctx: Ctx, id: string): Promise<Deployment[]> {
  authorize(ctx, "resources:read");
  const entry = (await resourceCatalogOf(ctx.tenantId)).byId.get(id);
  if (!entry) throw notFound("resource", id);
  await requireAccess(ctx, entry.resource, "deploy");
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(resourceDeployments)
      .where(
        and(eq(resourceDeployments.tenantId, ctx.tenantId), eq(resourceDeployments.resourceId, id)),
      )
      .orderBy(desc(resourceDeployments.startedAt), desc(resourceDeployments.deploymentId))
      .limit(mostListed),
  );
  return rows.map(toDeployment);
}
