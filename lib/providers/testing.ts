import { createServer, type ServerResponse } from "node:http";
import type { JsonObject } from "#lib/core/json.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";

export interface Seen {
  method: string;
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: JsonObject;
}

export type Answer = (response: ServerResponse, seen: Seen) => void | Promise<void>;

export function json(body: unknown): Answer {
  return status(200, body);
}

export function status(code: number, body: unknown, headers = {}): Answer {
  return (response) => {
    response
      .writeHead(code, { "content-type": "application/json", ...headers })
      .end(JSON.stringify(body));
  };
}

export const openaiUsage = {
  ...{ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  prompt_tokens_details: { cached_tokens: 4 },
};

/** A chat completion; `more` changes its one choice. */
export const openai = (content: string, more = {}, usage: unknown = openaiUsage) =>
  json({
    ...{ id: "c1", object: "chat.completion", created: 1, model: "m", usage },
    choices: [
      { index: 0, finish_reason: "stop", message: { role: "assistant", content }, ...more },
    ],
  });

const anthropicUsage = {
  ...{ input_tokens: 5, output_tokens: 3 },
  ...{ cache_read_input_tokens: 20, cache_creation_input_tokens: 1 },
};

/** A message of Anthropic's dialect; `more` changes it. */
export const anthropic = (text: string, more = {}) =>
  json({
    ...{ id: "m1", type: "message", role: "assistant", model: "m", stop_reason: "end_turn" },
    ...{ content: [{ type: "text", text }], usage: anthropicUsage, ...more },
  });

function write(response: ServerResponse, data: { type?: string }): void {
  const name = data.type === undefined ? "" : `event: ${data.type}\n`;
  response.write(`${name}data: ${JSON.stringify(data)}\n\n`);
}

/** What a streamed answer is made of, in each dialect. */
export const streamOf = {
  openai: (response: ServerResponse) => ({
    start: () => void response.writeHead(200, { "content-type": "text/event-stream" }),
    text: (content: string) =>
      write(response, { choices: [{ index: 0, delta: { content } }] } as object),
    end: () => {
      write(response, { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] } as object);
      write(response, { choices: [], usage: openaiUsage } as object);
      response.end("data: [DONE]\n\n");
    },
  }),
  anthropic: (response: ServerResponse) => ({
    start: () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const usage = { ...anthropicUsage, output_tokens: 1 };
      write(response, { type: "message_start", message: { id: "m1", usage } } as object);
    },
    text: (text: string) =>
      write(response, {
        ...{ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } },
      }),
    end: () => {
      const delta = { stop_reason: "end_turn" };
      write(response, { type: "message_delta", delta, usage: { output_tokens: 3 } } as object);
      write(response, { type: "message_stop" });
      response.end();
    },
  }),
};

/** A provider of models on loopback: answers what the test says, in its order. */
export interface ModelServer {
  answers: Answer[];
  asked: Seen[];
  readonly listening: Listening;
  reset(): void;
}

/** Speaks both dialects, and keeps what it was asked. */
export async function startModelServer(): Promise<ModelServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString() || "{}");
      const { method = "", url = "", headers } = request;
      const seen = { method, url, headers, body };
      far.asked.push(seen);
      const answer = far.answers.shift() ?? status(500, { error: { message: "nothing to say" } });
      void answer(response, seen);
    });
  });
  const far: ModelServer = {
    answers: [],
    asked: [],
    listening: await listen(server),
    reset() {
      far.answers = [];
      far.asked = [];
    },
  };
  return far;
}
