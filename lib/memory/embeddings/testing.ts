import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { type Listening, listen } from "#lib/testing/deployment.ts";

/** Words that the model takes for the same, so that meaning finds what no word does. */
const concepts: Record<string, string> = {
  ...{ automobile: "car", vehicle: "car", bill: "invoice", beverage: "tea", drink: "tea" },
};

/** A vector of a text: how often each word's bucket is in it; the same on every run. */
function embeddingOf(text: string, dimensions: number): number[] {
  const vector = Array<number>(dimensions).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const concept = concepts[word] ?? word.replace(/s$/, "");
    const bucket = createHash("sha256").update(concept).digest().readUInt32BE() % dimensions;
    vector[bucket] = (vector[bucket] ?? 0) + 1;
  }
  return vector;
}

/** A provider of embeddings on loopback. */
export interface EmbeddingServer {
  readonly listening: Listening;
  /** What it was asked: a list of texts each. */
  asked: string[][];
  /** Key and model of the last request. */
  last: { authorization: string | undefined; model: string } | null;
  dimensions: number;
  /** Answers with this status instead; 0: not at all. */
  refuse: number | null;
  /** Refuses requests with a text that has this in it. */
  poison: string | null;
}

/** Speaks OpenAI's /embeddings. */
export async function startEmbeddingServer(): Promise<EmbeddingServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { input, model } = JSON.parse(Buffer.concat(chunks).toString()) as {
        input: string[];
        model: string;
      };
      far.asked.push(input);
      far.last = { authorization: request.headers.authorization, model };
      if (far.refuse === 0) return;
      const { poison } = far;
      const isPoisoned = poison !== null && input.some((text) => text.includes(poison));
      const code = far.refuse ?? (isPoisoned ? 400 : 200);
      const data = input.map((text, index) => ({
        ...{ object: "embedding", index },
        embedding: embeddingOf(text, far.dimensions),
      }));
      const tokens = input.join(" ").split(/\s+/).length;
      const usage = { prompt_tokens: tokens, total_tokens: tokens };
      const body =
        code === 200
          ? { object: "list", data, model, usage }
          : { error: { message: `no, with ${request.headers.authorization}` } };
      response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  const far: EmbeddingServer = {
    ...{ asked: [], last: null, dimensions: 256, refuse: null, poison: null },
    listening: await listen(server),
  };
  return far;
}

/** Configuration of a tenant that is embedded by such a server. */
export function embeddedBy({ listening }: EmbeddingServer, model = "house/small") {
  return {
    egress_allow: [listening.host],
    mcp_config: { memory_embedding: model },
    ai_providers: [
      {
        ...{ name: "house", type: "openai", base_url: listening.url, api_key: "sk-embedding-key" },
        models: { small: "embedding-small", large: "embedding-large" },
        prices: { "embedding-small": { input_micros: 1_000_000, output_micros: 0 } },
      },
    ],
  };
}
