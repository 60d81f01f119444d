import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";
import type { SandboxOutcome } from "./protocol.ts";
import { sourceName } from "./source-name.ts";

/** Of an error's texts. */
const longestShown = 4_000;

/** An error as the guest tells it; `code` is there where the host had refused something. */
export interface Thrown {
  name: string;
  message: string;
  code?: string;
  stack?: string;
}

/** What a handle of an error holds; disposes of it. */
export function takeThrown(context: QuickJSContext, handle: QuickJSHandle): Thrown {
  const thrown: unknown = context.dump(handle);
  handle.dispose();
  const {
    name = "",
    message = "",
    stack = "",
  } = typeof thrown === "object" && thrown !== null
    ? (thrown as Record<string, unknown>)
    : { message: thrown };
  const shown = (text: unknown) => String(text).slice(0, longestShown);
  return { name: shown(name), message: shown(message), stack: shown(stack) };
}

export function outOfMemory(memoryBytes: number): string {
  const mb = Math.floor(memoryBytes / (1024 * 1024));
  return `The code needed more memory than its limit of ${mb} MB (limits.memory_mb).`;
}

export const tooDeep = "The code recursed too deep.";

/** Why a call failed that ended with this error, with the line of the tenant's own code. */
export function failureOf(
  { name, message, stack = "", code }: Thrown,
  memoryBytes: number,
): SandboxOutcome {
  if (name === "InternalError" && message === "out of memory") {
    return { failure: "sandbox_memory", message: outOfMemory(memoryBytes) };
  }
  // QuickJS's parsers say it in an error of their own.
  if (message === "stack overflow") return { failure: "sandbox_stack", message: tooDeep, stack };
  const at = new RegExp(`${sourceName}:(\\d+)`).exec(stack)?.[1];
  const said = [name, message].filter((part) => part !== "").join(": ");
  return {
    failure: "code_failed",
    message: `The code failed${at ? ` at line ${at}` : ""}: ${said}`,
    stack,
    ...(code ? { hostCode: code } : {}),
  };
}
