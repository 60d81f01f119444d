import { env } from "#lib/core/env.ts";
import { AppError } from "#lib/core/errors.ts";
import type { UpstreamTransport } from "../schema.ts";

/** Whether the operator's configuration allows this command with these very arguments. */
export function isListedCommand(argv: readonly string[]): boolean {
  const wanted = JSON.stringify(argv);
  return env().TAUSESTACK_STDIO_COMMANDS.some((each) => JSON.stringify(each) === wanted);
}

/** Throws `invalid_request` for a command that the operator has not allowed. */
export function refuseUnlistedCommand(transport: UpstreamTransport): void {
  if (transport.type !== "stdio") return;
  if (isListedCommand([transport.command, ...transport.args])) return;
  throw new AppError(
    "invalid_request",
    "transport/command: this command with these arguments is not one that the operator allows. They would add it to TAUSESTACK_STDIO_COMMANDS exactly as it stands.",
    { errors: [{ pointer: "/transport/command", message: "is not allowed here" }] },
  );
}
