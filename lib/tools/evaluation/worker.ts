import { parentPort } from "node:worker_threads";
import { problemsOf } from "../bench/expectation.ts";
import { ToolError } from "../calls/tool-error.ts";
import { renderAll, templateMistake } from "../config/liquid.ts";
import { select, selectMistake } from "../http/jmespath.ts";
import { checkerOf, mistakesOf } from "../json-schema/compile.ts";
import { yieldToOthers } from "../yield-thread.ts";
import {
  type Answer,
  type Asked,
  type EvaluationKind,
  type Evaluations,
  evaluationMs,
  type Reply,
} from "./evaluation.ts";

const evaluations: { [K in EvaluationKind]: (asked: Evaluations[K]["asked"]) => Answer<K> } = {
  check({ schema, role, value }) {
    const given: unknown = JSON.parse(value);
    const { check, hasDefaults } = checkerOf(schema, role);
    const errors = check(given, evaluationMs);
    if (errors.length > 0 || !hasDefaults) return { errors };
    return { errors, filled: JSON.stringify(given) };
  },
  schemaMistakes: ({ schema }) => mistakesOf(schema),
  select: ({ expression, value }) => JSON.stringify(select(expression, JSON.parse(value))),
  selectMistake: ({ expression }) => selectMistake(expression),
  render: ({ templates, args }) => renderAll(templates, args),
  templateMistakes: ({ templates }) => templates.map(templateMistake),
  expect: ({ expectation, result }) => problemsOf(expectation, result),
};

function reply(asked: Asked): Reply {
  try {
    const evaluate = evaluations[asked.kind] as (asked: Asked) => unknown;
    return { answer: evaluate(asked) };
  } catch (error) {
    if (error instanceof ToolError)
      return { refused: { code: error.code, message: error.message } };
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on("message", (asked: Asked) => parentPort?.postMessage(reply(asked)));
yieldToOthers();
parentPort?.postMessage("ready" satisfies Reply);
