/** Members of errors that hold what a statement carried: tenants' data, which no log shows. */
const carried = new Set(["params", "parameters", "args", "detail", "where"]);

/** Drizzle writes a statement's parameters into the message, and so into the stack. */
function textsOf(error: Error): { message: string; stack: string | undefined } {
  const { message, stack } = error;
  if (!("params" in error && "query" in error)) return { message, stack };
  const shown = `Failed query: ${String(error.query)}`;
  return { message: shown, stack: stack?.replace(message, () => shown) };
}

/** An error with its causes, as the log shows it: without the data of the statement that failed. */
export function toLoggedError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const shown: Record<string, unknown> = { type: error.constructor.name, ...textsOf(error) };
  for (const [name, value] of Object.entries(error)) {
    if (name in shown || carried.has(name)) continue;
    shown[name] = Array.isArray(value) ? value.map(toLoggedError) : toLoggedError(value);
  }
  if (error instanceof AggregateError) shown.aggregateErrors = error.errors.map(toLoggedError);
  if (error.cause !== undefined) shown.cause = toLoggedError(error.cause);
  return shown;
}
