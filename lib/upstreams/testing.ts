import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { setTimeout as wait } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import {
  acceptedContent,
  createMcpHandler,
  inputRequired,
  McpServer,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { type Listening, listen } from "#lib/testing/deployment.ts";

/** A server of the current revision, written with the official SDK; `requests` has their headers. */
export interface ModernUpstream extends Listening {
  requests: Headers[];
  /** Calls of the tool `slow` that were cancelled. */
  cancelled: number;
  /** What the tool `described` says of itself. */
  description: string;
  /** Tells those who listen that its lists have changed. */
  tellListChanges(): void;
}

function serverOf(upstream: ModernUpstream): McpServer {
  const server = new McpServer({ name: "modern", version: "7" });
  server.registerTool("echo", { inputSchema: z.looseObject({}) }, (args) => ({
    content: [{ type: "text", text: JSON.stringify(args) }],
    structuredContent: args,
    _meta: { "example/kept": true },
  }));
  server.registerTool("described", { description: upstream.description }, () => ({
    content: [{ type: "text", text: "ok" }],
  }));
  server.registerTool("headers", {}, () => ({
    content: [{ type: "text", text: JSON.stringify([...(upstream.requests.at(-1) ?? [])]) }],
  }));
  server.registerTool("fails", {}, () => ({
    content: [{ type: "text", text: "no" }],
    isError: true,
  }));
  server.registerTool("slow", {}, async (context) => {
    const { mcpReq } = context;
    const token = mcpReq._meta?.progressToken;
    for (let step = 1; step <= 3 && token !== undefined; step++) {
      await mcpReq.notify({
        method: "notifications/progress",
        params: { progressToken: token, progress: step, total: 3 },
      });
    }
    await wait(10_000, undefined, { signal: mcpReq.signal }).catch(() => {
      upstream.cancelled += 1;
    });
    return { content: [] };
  });
  server.registerTool("ask", {}, (context) => {
    const schema = z.object({ name: z.string() });
    const given = acceptedContent(context.mcpReq.inputResponses, "who", schema);
    if (given) return { content: [{ type: "text", text: `Hello ${given.name}` }] };
    return inputRequired({
      inputRequests: { who: inputRequired.elicit({ message: "Who?", requestedSchema: schema }) },
      requestState: "state-of-its-own",
    });
  });
  server.registerResource("note", "note://one", { mimeType: "text/plain" }, () => ({
    contents: [{ uri: "note://one", text: "A note" }],
  }));
  server.registerPrompt("greet", { argsSchema: z.object({ who: z.string() }) }, ({ who }) => ({
    messages: [{ role: "user", content: { type: "text", text: `Greet ${who}` } }],
  }));
  return server;
}

export async function startModernUpstream(): Promise<ModernUpstream> {
  const made: Partial<ModernUpstream> = { requests: [], cancelled: 0, description: "As it was." };
  const handler = createMcpHandler(() => serverOf(made as ModernUpstream), { legacy: "reject" });
  made.tellListChanges = () => {
    handler.notify.toolsChanged();
    handler.notify.resourcesChanged();
    handler.notify.promptsChanged();
  };
  const node = getRequestListener((request) => {
    made.requests?.push(request.headers);
    return handler.fetch(request);
  });
  return Object.assign(made, await listen(createServer(node))) as ModernUpstream;
}

/** The official server-everything (revision 2025-11-25, with sessions) as a process of its own. */
export async function startEverything(): Promise<{ url: string; host: string; stop(): void }> {
  const program = createRequire(import.meta.url).resolve(
    "@modelcontextprotocol/server-everything/dist/index.js",
  );
  const port = await freePort();
  const argv = [`PORT=${port}`, process.execPath, program, "streamableHttp"];
  const child: ChildProcess = spawn("env", argv, { stdio: "ignore" });
  const host = `127.0.0.1:${port}`;
  for (let left = 100; left > 0; left--) {
    const answer = await fetch(`http://${host}/mcp`).catch(() => null);
    if (answer) return { url: `http://${host}/mcp`, host, stop: () => void child.kill("SIGKILL") };
    await wait(100);
  }
  child.kill("SIGKILL");
  throw new Error("server-everything did not start");
}

async function freePort(): Promise<number> {
  const probe = await listen(createServer());
  await probe.close();
  return Number(new URL(probe.url).port);
}
