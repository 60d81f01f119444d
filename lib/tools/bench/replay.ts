import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, type FieldError } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import type { CatalogTool } from "../catalog.ts";
import { EvaluationOverrun, evaluate } from "../evaluation/evaluate.ts";
import { publishRevision } from "../revisions/publish.ts";
import { type PublishInput, publishInput } from "../revisions/schema.ts";
import type { CallToolResult, Tool } from "../schema.ts";
import { authorizeTest, runAsTest, runnableRevision } from "./bench.ts";
import {
  type ExampleRun,
  type ExamplesRun,
  type RunExamplesInput,
  runExamplesInput,
  type ToolExample,
} from "./example-schema.ts";
import { listExamples } from "./examples.ts";
import type { WhichRevision } from "./schema.ts";

const longestReplayMs = 60_000;

function outcome(
  { example_id, name }: ToolExample,
  problems: FieldError[],
  rest: Partial<Pick<ExampleRun, "error" | "duration_ms">> = {},
): ExampleRun {
  const passed = problems.length === 0;
  return { example_id, name, passed, problems, error: null, duration_ms: 0, ...rest };
}

/** Rejects when the signal ends, also while a tool runs that does not listen to it. */
function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** What the result lacks; found on a thread, since examples may be as large as they like. */
async function problemsIn(
  { tenantId }: Ctx,
  { expectation }: ToolExample,
  result: CallToolResult,
): Promise<FieldError[]> {
  try {
    return await evaluate(tenantId, "expect", { expectation, result });
  } catch (error) {
    if (!(error instanceof EvaluationOverrun)) throw error;
    return [{ pointer: "", message: `cannot be compared: that ${error.message}` }];
  }
}

async function runOne(
  ctx: Ctx,
  tool: CatalogTool,
  example: ToolExample,
  end: { signal: AbortSignal; reached: Promise<never> },
): Promise<ExampleRun> {
  const running = runAsTest(ctx, tool, example.arguments, end.signal);
  try {
    const { result, error, duration_ms } = await Promise.race([running, end.reached]);
    const problems = await problemsIn(ctx, example, result);
    return outcome(example, problems, { error, duration_ms });
  } catch (error) {
    if (!end.signal.aborted) throw error;
    running.catch(() => undefined);
    const message = `did not end within the ${longestReplayMs / 1000} s of all examples`;
    return outcome(example, [{ pointer: "", message }], { error: "timed_out" });
  }
}

async function replay(
  ctx: Ctx,
  id: string,
  wanted: WhichRevision,
  signal: AbortSignal | undefined,
): Promise<ExamplesRun> {
  const tool = await runnableRevision(ctx, id, wanted);
  const examples = await listExamples(ctx, id);
  const late = AbortSignal.timeout(longestReplayMs);
  const both = signal ? AbortSignal.any([signal, late]) : late;
  const end = { signal: both, reached: ended(both) };
  end.reached.catch(() => undefined);
  const results: ExampleRun[] = [];
  // One after the other: examples of a tool that writes would meet each other.
  for (const example of examples) results.push(await runOne(ctx, tool, example, end));
  const passed = results.filter((result) => result.passed).length;
  return {
    tool_id: id,
    // A saved revision always has its number.
    revision: tool.revision ?? 0,
    ...{ passed, failed: results.length - passed, results },
  };
}

/**
 * Replays the tool's examples against a revision, its draft unless told: real calls, within 60
 * seconds in all. Throws `not_found`; an example that fails is a result.
 */
export async function runExamples(
  ctx: Ctx,
  id: string,
  raw: RunExamplesInput,
  signal?: AbortSignal,
): Promise<ExamplesRun> {
  authorizeTest(ctx);
  const { revision } = parse(runExamplesInput, raw);
  return replay(ctx, id, revision, signal);
}

function examplesFailed({ revision, results }: ExamplesRun): AppError {
  const failures = results.filter(({ passed }) => !passed);
  const errors = failures.map(({ example_id, name, problems }) => ({
    pointer: `/examples/${example_id}`,
    message: `${name}: ${problems.map(({ pointer, message }) => `${pointer || "result"} ${message}`).join("; ")}`,
  }));
  return new AppError(
    "conflict",
    `Revision ${revision} was not published: ${failures.length} of its ${results.length} examples fail. Change it, or the examples.`,
    { errors },
  );
}

/**
 * Publishes a revision of a tool, its draft unless told, where its examples pass if the caller
 * requires that: they run before, and what is published is the very revision that they ran against.
 * Throws what `publishRevision` does, and `conflict` with the examples that fail.
 */
export async function publishTool(
  ctx: Ctx,
  id: string,
  raw: PublishInput,
  signal?: AbortSignal,
): Promise<Tool> {
  const { revision, note, require_examples } = parse(publishInput, raw);
  if (!require_examples) return publishRevision(ctx, id, { revision, note });
  authorizeTest(ctx);
  const run = await replay(ctx, id, revision ?? "draft", signal);
  if (run.failed > 0) throw examplesFailed(run);
  return publishRevision(ctx, id, { revision: run.revision, note });
}
