import type { FieldError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { Expectation } from "../bench/example-schema.ts";
import type { ToolErrorCode } from "../calls/tool-error.ts";
import type { CheckRole } from "../json-schema/field-errors.ts";
import type { CallToolResult } from "../schema.ts";

/** What a tenant's own definitions can have evaluated: what is asked, and what is answered. */
export interface Evaluations {
  /** Values and schemas are JSON texts; `filled` has the defaults, where any were filled in. */
  check: {
    asked: { schema: string; role: CheckRole; value: string };
    answer: { errors: FieldError[]; filled?: string };
  };
  schemaMistakes: { asked: { schema: JsonObject }; answer: FieldError[] };
  /** JSON texts both ways. */
  select: { asked: { expression: string; value: string }; answer: string };
  selectMistake: { asked: { expression: string }; answer: string | null };
  render: { asked: { templates: string[]; args: JsonObject }; answer: string[] };
  templateMistakes: { asked: { templates: string[] }; answer: (string | null)[] };
  expect: {
    asked: { expectation: Expectation; result: CallToolResult };
    answer: FieldError[];
  };
}

export type EvaluationKind = keyof Evaluations;

export type Asked = {
  [K in EvaluationKind]: { kind: K } & Evaluations[K]["asked"];
}[EvaluationKind];

export type Answer<K extends EvaluationKind> = Evaluations[K]["answer"];

/** What a thread says: once that it is there, then one reply for each question. */
export type Reply =
  | "ready"
  | { answer: unknown }
  | { refused: { code: ToolErrorCode; message: string } }
  | { failed: string };

/** How long a thread may take over one value or template. */
export const evaluationMs = 250;
