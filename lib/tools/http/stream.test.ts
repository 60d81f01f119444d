import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { closeServers, serve } from "#lib/core/egress/testing.ts";
import { parseEgressAllow } from "#lib/core/egress.ts";
import { redact as mask } from "#lib/secrets/redact.ts";
import type { Progress } from "../calls/client.ts";
import { recordFormatOf } from "./records.ts";
import { fetchStreaming, type Listener, splitterOf } from "./stream.ts";

afterEach(closeServers);

const loopback = parseEgressAllow("127.0.0.0/8");

function splitterFor(type: string, byLine = false) {
  return splitterOf(recordFormatOf(type), byLine);
}

/** What a splitter makes of a text that comes in pieces cut at these places. */
function cut(type: string, text: string, places: readonly number[]): string[] {
  const splitter = splitterFor(type);
  const at = [0, ...places.map((place) => place % (text.length + 1)), text.length];
  const sorted = at.sort((a, b) => a - b);
  const pieces = sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
}

const ending = fc.constantFrom("\n", "\r\n", "\r");
const line = fc.constantFrom("data: one", "data:two", "data", ": note", "event: x", "id: 1", "");
const places = fc.array(fc.nat(400), { maxLength: 12 });

test("events and lines are the same wherever the network cuts them", () => {
  const text = fc
    .array(fc.tuple(line, ending), { maxLength: 20 })
    .map((all) => all.flat().join(""));
  fc.assert(
    fc.property(
      text,
      places,
      fc.constantFrom("text/event-stream", "application/jsonl", "application/json-seq"),
      (...of) => {
        const [given, where, type] = of;
        expect(cut(type, given, where)).toEqual(cut(type, given, []));
      },
    ),
    { numRuns: 1_000 },
  );
  expect(cut("text/event-stream", "data: a\rdata: b\r\r: note\n\ndata: c", [3, 9])).toEqual([
    "a\nb",
    "c",
  ]);
});

/** The messages that a client hears of an answer written in these parts, one by one. */
async function told(type: string, parts: string[], listener: Partial<Listener>) {
  const messages: string[] = [];
  const { url } = await serve(async (_request, response) => {
    response.writeHead(200, { "content-type": type });
    for (const part of parts) {
      response.write(part);
      await turn();
    }
    response.end();
  });
  const progress = async ({ message }: Progress) => void messages.push(message ?? "");
  const heard = { progress, redact: (text: string) => text, byLine: false, ...listener };
  const answer = await fetchStreaming(url, {}, loopback, heard);
  return { messages, whole: Buffer.from(answer.body).toString() };
}

test("a secret that is echoed in two parts is masked in what the client hears", async () => {
  const redact = (text: string) => mask(text, new Set(["very-secret-value"]));
  const parts = ["you said very-sec", "ret-value\nand ", "more"];
  const { messages } = await told("text/plain", parts, { redact, byLine: true });
  expect(messages).toEqual(["you said [secret]", "and more"]);
});

test("a secret at the end of the longest message is masked before the message is cut", async () => {
  const redact = (text: string) => mask(text, new Set(["very-secret-value"]));
  const parts = [`${"x".repeat(1_990)}very-secret-value\n`];
  const { messages } = await told("application/jsonl", parts, { redact, byLine: true });
  expect(messages.join("")).not.toContain("very");
});

test("an answer of very many parts is whole, and the client hears of the first thousand", async () => {
  const parts = Array.from({ length: 30 }, () => "x\n".repeat(100));
  const { messages, whole } = await told("application/x-ndjson", parts, {});
  expect(messages).toHaveLength(1_000);
  expect(whole).toBe("x\n".repeat(3_000));
});
