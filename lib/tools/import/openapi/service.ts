import { createHash } from "node:crypto";
import { and, eq, inArray } from "drizzle-orm";
import { tools } from "#db/schema/tools.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit, auditAll } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { EgressError, egressFetch } from "#lib/core/egress.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { refuseOffered } from "#lib/offers/offered.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { saveAndPublishAll, saveDrafts } from "../../bulk.ts";
import { refuseUngoverning } from "../../governance/deletion.ts";
import { documentOfRow, type ToolDocument } from "../../revisions/document.ts";
import { readRevision } from "../../revisions/revision-row.ts";
import { change, toAudited } from "../../row.ts";
import { registerToolInput } from "../../schema.ts";
import { currentOf, type Imported, importedFrom, namesInUse, stateOf } from "./imported.ts";
import { shortHash } from "./names.ts";
import type { Plan, PlannedOperation } from "./plan.ts";
import { runPlan } from "./run-plan.ts";
import {
  type ApplyImportInput,
  applyImportInput,
  type ImportOperation,
  type ImportPreview,
  type ImportResult,
  mostTools,
  type PreviewImportInput,
  previewImportInput,
} from "./schema.ts";

const largestDocument = 16 * 1024 * 1024;
/** Characters of definitions that a preview gives without being asked for each. */
const largestPreview = 4 * 1024 * 1024;

interface Fetched {
  text: string;
  /** After redirects; null for a document that was sent. */
  url: string | null;
}

async function fetchDocument(ctx: Ctx, url: string): Promise<Fetched> {
  const snapshot = await findSnapshot(ctx.tenantId);
  if (!snapshot) throw notFound("tenant", ctx.tenantId);
  const headers = { accept: "application/json, application/yaml, text/yaml, */*;q=0.5" };
  try {
    const request = { headers, timeoutMs: 30_000, maxBytes: largestDocument };
    const answer = await egressFetch(url, request, snapshot.egress);
    if (answer.status < 200 || answer.status > 299) {
      throw new AppError("upstream_failed", `url: it answered ${answer.status}, not a document.`);
    }
    return { text: new TextDecoder().decode(answer.body), url: answer.url };
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    throw new AppError("invalid_request", `url: cannot be fetched: ${error.message}.`, {
      cause: error,
      errors: [{ pointer: "/url", message: error.message }],
    });
  }
}

type PlanInput = Omit<ReturnType<typeof previewImportInput.parse>, "detail">;

/** Fetches and reads the document, and works out what would come of it. */
async function planFor(ctx: Ctx, input: PlanInput): Promise<{ plan: Plan; digest: string }> {
  const { document, url } = input;
  const { text, url: documentUrl } =
    url === undefined ? { text: document ?? "", url: null } : await fetchDocument(ctx, url);
  const names = await withTenant(ctx.tenantId, (tx) => namesInUse(tx, ctx));
  const plan = await runPlan(ctx.tenantId, text, {
    ...{ documentUrl, names, prefix: input.prefix, credentials: input.credentials },
    source: input.source ?? null,
    serverUrl: input.server_url ?? null,
    outputSchemas: input.output_schemas,
  });
  return { plan, digest: createHash("sha256").update(text).digest("hex") };
}

function toShown(operation: PlannedOperation, before: Imported | undefined): ImportOperation {
  const { outcome, ...shown } = operation;
  const state = stateOf(operation, before);
  return {
    ...shown,
    state,
    problem: "problem" in outcome ? outcome.problem : null,
    tool_id: before?.row.toolId ?? null,
    edited: before?.edited ?? false,
    proposed: "tool" in outcome ? outcome.tool : null,
    current: before && state === "changed" ? currentOf(before.row) : null,
  };
}

/** Leaves out definitions that were not asked for where all would be too much for one answer. */
function withinSize(
  operations: ImportOperation[],
  detail: readonly string[] | undefined,
): { operations: ImportOperation[]; complete: boolean } {
  const sizeOf = ({ proposed, current }: ImportOperation) =>
    JSON.stringify([proposed, current]).length;
  const total = operations.reduce((sum, operation) => sum + sizeOf(operation), 0);
  if (total <= largestPreview && detail === undefined) return { operations, complete: true };
  const wanted = new Set(detail);
  const shown = operations.map((one) =>
    wanted.has(one.key) ? one : { ...one, proposed: null, current: null },
  );
  return { operations: shown, complete: false };
}

function goneFrom(plan: Plan, before: ReadonlyMap<string, Imported>) {
  const offered = new Set(plan.operations.map(({ key }) => key));
  return [...before.values()].filter(({ origin }) => !offered.has(origin.operation));
}

/**
 * What an import of an OpenAPI description would do: each operation with the tool that it becomes,
 * what stands in its way, and how it differs from the tool that was imported before. Writes nothing.
 * Throws `invalid_request`, and `upstream_failed` for an address that answers no document.
 */
export async function previewImport(ctx: Ctx, raw: PreviewImportInput): Promise<ImportPreview> {
  authorize(ctx, "tools:write");
  const input = parse(previewImportInput, raw);
  const { plan, digest } = await planFor(ctx, input);
  const before = await withTenant(ctx.tenantId, (tx) => importedFrom(tx, ctx, plan.source));
  const shown = plan.operations.map((operation) => toShown(operation, before.get(operation.key)));
  const { title, version, openapi, source, servers, schemes } = plan;
  return {
    ...{ source, title, version, openapi, digest, servers, schemes },
    ...withinSize(shown, input.detail),
    gone: goneFrom(plan, before).map(({ row, origin }) => ({
      ...{ tool_id: row.toolId, name: row.name, operation: origin.operation },
    })),
  };
}

function problemOf(operation: PlannedOperation | undefined): string | null {
  if (!operation) return "It is not in the document.";
  return "problem" in operation.outcome ? operation.outcome.problem : null;
}

/** The operations that were chosen; throws for one that is not there or cannot be imported. */
function choose(plan: Plan, wanted: "all" | readonly string[]): PlannedOperation[] {
  if (wanted === "all") return plan.operations.filter(({ outcome }) => "tool" in outcome);
  const byKey = new Map(plan.operations.map((operation) => [operation.key, operation]));
  const errors = wanted.flatMap((key, at) => {
    const message = problemOf(byKey.get(key));
    return message === null ? [] : [{ pointer: `/operations/${at}`, message }];
  });
  const [first] = errors;
  if (first) {
    const detail = `${errors.length} of the operations cannot be imported: ${first.pointer}: ${first.message}`;
    throw new AppError("invalid_request", detail, { errors: errors.slice(0, 20) });
  }
  const keys = new Set(wanted);
  return plan.operations.filter(({ key }) => keys.has(key));
}

/** What an import finds of the tenant's tools. */
interface Found {
  before: ReadonlyMap<string, Imported>;
  ids: ReadonlySet<string>;
  /** By the tool's id, where drafts are to be written: what is to become of a tool in use. */
  drafts: ReadonlyMap<string, ToolDocument>;
}

/** The input that makes the operation's tool, or null when it is as it should be. */
function inputOf(plan: Plan, operation: PlannedOperation, { before: all, ids, drafts }: Found) {
  const before = all.get(operation.key);
  const { outcome, key } = operation;
  if ("problem" in outcome || stateOf(operation, before) === "unchanged") return null;
  const { tool, fingerprint } = outcome;
  const origin = { source: plan.source, operation: key, fingerprint };
  const rest = { ...tool, config: { ...tool.config, import: origin } };
  if (before) {
    const { row } = before;
    const document = drafts.get(row.toolId) ?? documentOfRow(row);
    const kept = { ...document, is_dynamic: row.isDynamic, tool_id: row.toolId };
    return parse(registerToolInput, { ...kept, ...rest });
  }
  const { name } = tool;
  const tool_id = ids.has(name) ? `${name}_${shortHash(`${plan.source} ${key}`)}` : name;
  return parse(registerToolInput, { ...rest, tool_id });
}

async function idsInUse(tx: Tx, ctx: Ctx): Promise<Set<string>> {
  const rows = await tx
    .select({ toolId: tools.toolId })
    .from(tools)
    .where(eq(tools.tenantId, ctx.tenantId));
  return new Set(rows.map(({ toolId }) => toolId));
}

/** Drafts of the tools in use, which a draft of an import goes on from. */
async function draftsOf(tx: Tx, ctx: Ctx, before: Found["before"]): Promise<Found["drafts"]> {
  const rows = [...before.values()].map(({ row }) => row);
  const drafted = rows.filter((row) => row.draftRevision !== null);
  const found = new Map<string, ToolDocument>();
  for (const { toolId, draftRevision } of drafted) {
    const { document } = await readRevision(tx, ctx, toolId, draftRevision ?? 0);
    found.set(toolId, document as ToolDocument);
  }
  return found;
}

async function remove(tx: Tx, ctx: Ctx, gone: readonly Imported[]): Promise<string[]> {
  const ids = gone.map(({ row }) => row.toolId);
  if (ids.length === 0) return [];
  await refuseUngoverning(tx, ctx, ids);
  await refuseOffered(tx, ctx, "tool", ids);
  await tx.delete(tools).where(and(eq(tools.tenantId, ctx.tenantId), inArray(tools.toolId, ids)));
  const records = gone.map(({ row }) => ({
    action: "tool.delete",
    target: { type: "tool", id: row.toolId },
    before: toAudited(row),
  }));
  await auditAll(tx, ctx, records);
  return ids;
}

function checkDigest(wanted: string | undefined, digest: string): void {
  if (wanted === undefined || wanted === digest) return;
  const text = "The document is not the one that was previewed. Preview it again.";
  throw new AppError("conflict", text);
}

/**
 * Imports operations of an OpenAPI description as http tools: all of what was chosen, or nothing, in
 * use at once or else as drafts. A tool imported before is updated where its operation has changed, and kept otherwise, with what
 * was changed in it here; doing the same again changes nothing. Throws `invalid_request`,
 * `conflict`, `limit_exceeded` and `upstream_failed`.
 */
export async function applyImport(ctx: Ctx, raw: ApplyImportInput): Promise<ImportResult> {
  authorize(ctx, "tools:write");
  const input = parse(applyImportInput, raw);
  const { plan, digest } = await planFor(ctx, input);
  checkDigest(input.digest, digest);
  const chosen = choose(plan, input.operations);
  if (chosen.length > mostTools) {
    throw new AppError(
      "invalid_request",
      `operations: ${chosen.length} are chosen; one import takes at most ${mostTools}.`,
    );
  }
  const skipped = plan.operations.flatMap(({ key, outcome }) =>
    input.operations === "all" && "problem" in outcome
      ? [{ operation: key, problem: outcome.problem }]
      : [],
  );
  return change(ctx, async (tx) => {
    const before = await importedFrom(tx, ctx, plan.source, true);
    const ids = await idsInUse(tx, ctx);
    const drafts = input.publish ? new Map() : await draftsOf(tx, ctx, before);
    const inputs = chosen.flatMap((operation) => {
      const made = inputOf(plan, operation, { before, ids, drafts });
      return made === null ? [] : [made];
    });
    const deleted = input.gone === "delete" ? await remove(tx, ctx, goneFrom(plan, before)) : [];
    const { source, title, version } = plan;
    const written = input.publish
      ? await saveAndPublishAll(tx, ctx, inputs)
      : await saveDrafts(tx, ctx, inputs, `Imported from ${title} ${version}`.trim());
    const count = written.created.length + written.updated.length;
    const unchanged = chosen.length - count;
    if (count + deleted.length > 0) {
      await audit(tx, ctx, {
        action: "tools.import",
        target: { type: "openapi", id: source },
        after: {
          ...{ title, version, digest, ...(input.url === undefined ? {} : { url: input.url }) },
          ...{ created: written.created.length, updated: written.updated.length },
          ...{ deleted: deleted.length, unchanged, published: input.publish },
        },
      });
    }
    return { source, published: input.publish, ...written, deleted, unchanged, skipped };
  });
}
