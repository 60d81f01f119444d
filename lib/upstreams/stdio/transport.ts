import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import type { Ctx } from "#lib/core/ctx.ts";
import { SecretUnavailable, secretValue } from "#lib/secrets/values.ts";
import { UpstreamError } from "../errors.ts";
import type { RegisteredUpstream } from "../registry.ts";
import { isListedCommand } from "./commands.ts";
import { endProcess, startProcess } from "./processes.ts";

/** Of one message of a server's. */
const maxLineBytes = 16 * 1024 * 1024;

/** The values of secrets by the names of their variables; throws `UpstreamError` `unavailable`. */
export async function secretsFor(
  tenantId: string,
  names: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const entries = Object.entries(names).map(async ([variable, name]) => {
    const value = await secretValue(tenantId, name, null);
    if (value.includes("\0")) throw new SecretUnavailable(`The secret "${name}" has a U+0000.`);
    return [variable, value] as const;
  });
  try {
    return Object.fromEntries(await Promise.all(entries));
  } catch (error) {
    if (!(error instanceof SecretUnavailable)) throw error;
    throw new UpstreamError("unavailable", error.message, { cause: error });
  }
}

class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport["onmessage"];
  readonly #launch: () => ChildProcessWithoutNullStreams;
  #child: ChildProcessWithoutNullStreams | null = null;
  #parts: Buffer[] = [];
  #size = 0;

  constructor(launch: () => ChildProcessWithoutNullStreams) {
    this.#launch = launch;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    if (this.#child) throw new Error("The transport has been started");
    const child = this.#launch();
    this.#child = child;
    child.stdout.on("data", (part: Buffer) => this.#read(part));
    child.stdin.on("error", (error) => this.onerror?.(error));
    // What a server logs is the tenant's, and may hold their secrets: it is read and dropped.
    child.stderr.resume();
    child.once("exit", () => this.onclose?.());
    try {
      await once(child, "spawn");
    } catch (error) {
      throw new UpstreamError("failed", "The command of the stdio server could not be started.", {
        cause: error,
      });
    }
  }

  #read(part: Buffer): void {
    let rest = part;
    for (let at = rest.indexOf(10); at !== -1; at = rest.indexOf(10)) {
      const line = Buffer.concat([...this.#parts, rest.subarray(0, at)]);
      this.#parts = [];
      this.#size = 0;
      this.#hear(line.toString("utf8").trim());
      rest = rest.subarray(at + 1);
    }
    this.#size += rest.length;
    if (this.#size > maxLineBytes) {
      this.#parts = [];
      this.onerror?.(new Error("A message of the stdio server is too long"));
      void this.close();
      return;
    }
    if (rest.length > 0) this.#parts.push(rest);
  }

  #hear(line: string): void {
    if (line === "") return;
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      this.onerror?.(new Error("The stdio server wrote a line that is not JSON"));
      return;
    }
    if (typeof message === "object" && message !== null) {
      this.onmessage?.(message as JSONRPCMessage);
    }
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const child = this.#child;
    if (!child?.stdin.writable) throw new Error("The stdio server is not running");
    if (child.stdin.write(`${JSON.stringify(message)}\n`)) return;
    await Promise.race([once(child.stdin, "drain"), once(child, "exit")]);
  }

  async close(): Promise<void> {
    if (this.#child) await endProcess(this.#child);
  }
}

/**
 * A connection to the upstream's own process, which starts with it and ends with it. The command is
 * compared with the operator's list each time. Throws `UpstreamError` `unavailable`.
 */
export async function stdioTransportFor(
  ctx: Ctx,
  upstream: RegisteredUpstream,
): Promise<Transport> {
  const { transport, tenantId } = upstream;
  if (tenantId !== ctx.tenantId) throw new Error("The upstream is another tenant's");
  if (transport.type !== "stdio") throw new Error("The upstream is not a stdio server");
  const argv = [transport.command, ...transport.args];
  if (!isListedCommand(argv)) {
    throw new UpstreamError("unavailable", "The operator no longer allows this stdio server.");
  }
  const secrets = await secretsFor(tenantId, transport.env_secrets);
  return new StdioTransport(() => startProcess(tenantId, argv, secrets));
}
