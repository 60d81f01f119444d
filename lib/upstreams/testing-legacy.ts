import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import {
  type ClientCapabilities,
  McpServer,
  type ServerContext,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { type Listening, listen } from "#lib/testing/deployment.ts";

/** A server of revision 2025-11-25 with sessions, which asks its client within calls. */
export interface LegacyUpstream extends Listening {
  /** What the client of each session said that it can be asked for. */
  sessions: ClientCapabilities[];
  /** Streams of notifications that are open now. */
  streams: number;
  /** Calls that were cancelled. */
  cancelled: number;
  /** What was answered to its questions, in turn. */
  answers: unknown[];
  headers: Headers[];
  /** Says to every session that its lists have changed. */
  tellListChanges(): void;
  /** Ends every stream of notifications, as a proxy in between does. */
  endStreams(): void;
  /** Adds the tool `extra`, of which each session is told. */
  addTool(): void;
}

const form = (name: string) => ({
  type: "object" as const,
  properties: { [name]: { type: "string" as const } },
  required: [name],
});

function addExtra(server: McpServer): void {
  server.registerTool("extra", {}, () => ({ content: [{ type: "text", text: "extra" }] }));
}

function serverOf(upstream: LegacyUpstream): McpServer {
  const server = new McpServer(
    { name: "legacy", version: "3" },
    { capabilities: { logging: {}, tools: { listChanged: true } } },
  );
  const text = (value: unknown) => ({
    content: [{ type: "text" as const, text: JSON.stringify(value) }],
  });
  const send = async (
    { mcpReq }: ServerContext,
    method: "elicitation/create" | "sampling/createMessage" | "roots/list",
    params: Record<string, unknown>,
  ) => {
    const answer = await mcpReq.send({ method, params }, { signal: mcpReq.signal });
    upstream.answers.push(answer);
    return answer;
  };
  const ask = (context: ServerContext, message: string, name: string) =>
    send(context, "elicitation/create", { message, requestedSchema: form(name) });
  server.registerTool("ask", {}, async (context) => text(await ask(context, "Who?", "name")));
  server.registerTool("ask-twice", {}, async (context) => {
    const progress = async (step: number) => {
      const progressToken = context.mcpReq._meta?.progressToken;
      if (progressToken === undefined) return;
      await context.mcpReq.notify({
        method: "notifications/progress",
        params: { progressToken, progress: step, total: 2 },
      });
    };
    const first = await ask(context, "Who?", "name");
    await progress(1);
    await context.mcpReq.log("info", "half");
    const second = await ask(context, "Where?", "place");
    await progress(2);
    return text([first, second]);
  });
  server.registerTool("ask-two-at-once", {}, async (context) =>
    text(await Promise.all([ask(context, "Who?", "name"), ask(context, "Where?", "place")])),
  );
  server.registerTool("echo", { inputSchema: z.looseObject({}) }, (args) => text(args));
  server.registerTool("sample", {}, async (context) =>
    text(
      await send(context, "sampling/createMessage", {
        messages: [{ role: "user", content: { type: "text", text: "Say hi" } }],
        maxTokens: 5,
      }),
    ),
  );
  server.registerTool("roots", {}, async (context) => text(await send(context, "roots/list", {})));
  server.registerTool("ask-and-work", {}, async (context) => {
    await ask(context, "Go on?", "word");
    await wait(20_000, undefined, { signal: context.mcpReq.signal });
    return text("done");
  });
  const key = () => upstream.headers.at(-1)?.get("x-key") ?? "";
  server.registerTool("leak", {}, async (context) =>
    text(await ask(context, `Is it ${key()}?`, "name")),
  );
  server.registerResource("note", "note://one", {}, () => ({
    contents: [{ uri: "note://one", text: "A note" }],
  }));
  server.registerResource("leak", "note://leak", {}, () => ({
    contents: [{ uri: "note://leak", text: `It is ${key()}` }],
  }));
  server.registerResource("broken", "note://broken", {}, () => {
    throw new Error(`${key()} is not enough`);
  });
  server.registerPrompt("leak", {}, () => ({
    messages: [{ role: "user", content: { type: "text", text: `It is ${key()}` } }],
  }));
  server.registerPrompt("greet", {}, () => ({
    messages: [{ role: "user", content: { type: "text", text: "Greet" } }],
  }));
  server.server.oninitialized = () => {
    upstream.sessions.push(server.server.getClientCapabilities() ?? {});
  };
  return server;
}

export async function startLegacyUpstream(): Promise<LegacyUpstream> {
  const transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const servers = new Set<McpServer>();
  const made: Partial<LegacyUpstream> = {
    ...{ sessions: [], streams: 0, cancelled: 0, answers: [], headers: [] },
    tellListChanges() {
      for (const each of servers) {
        each.sendToolListChanged();
        each.sendResourceListChanged();
        each.sendPromptListChanged();
      }
    },
  };
  const upstream = made as LegacyUpstream;
  let hasExtra = false;
  upstream.addTool = () => {
    hasExtra = true;
    for (const each of servers) addExtra(each);
  };
  upstream.endStreams = () => {
    for (const each of transports.values()) each.closeStandaloneSSEStream();
  };
  const open = async () => {
    const server = serverOf(upstream);
    if (hasExtra) addExtra(server);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void transports.set(id, transport),
    });
    await server.connect(transport);
    servers.add(server);
    return transport;
  };
  /** Counts a stream until either side ends it. */
  const counted = (response: Response): Response => {
    if (!response.body || !response.ok) return response;
    upstream.streams += 1;
    let isOpen = true;
    const end = () => {
      if (isOpen) upstream.streams -= 1;
      isOpen = false;
    };
    // `cancel` is newer than the types of transformers.
    const ends = { flush: end, cancel: end };
    const body = response.body.pipeThrough(new TransformStream(ends));
    return new Response(body, response);
  };
  const answer = async (request: Request): Promise<Response> => {
    upstream.headers.push(request.headers);
    const id = request.headers.get("mcp-session-id");
    const transport = id === null ? await open() : transports.get(id);
    if (!transport) return new Response(null, { status: 404 });
    if (request.method === "POST") {
      const body = await request.clone().text();
      if (body.includes("notifications/cancelled")) upstream.cancelled += 1;
    }
    const response = await transport.handleRequest(request);
    return request.method === "GET" ? counted(response) : response;
  };
  return Object.assign(
    made,
    await listen(createServer(getRequestListener(answer))),
  ) as LegacyUpstream;
}
