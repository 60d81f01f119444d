import { Agent, request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type NewTenant, newTenant } from "./client.ts";

const megabyte = 1024 * 1024;
/** One connection, which each request must leave fit for the next. */
const kept = new Agent({ keepAlive: true, maxSockets: 1 });
let tenant: NewTenant;

beforeAll(async () => {
  tenant = await newTenant();
});
afterAll(() => kept.destroy());

interface Sent {
  status: number;
  code: string | undefined;
}

function send(
  method: string,
  path: string,
  chunks: Buffer[],
  length?: number,
  agent = kept,
): Promise<Sent> {
  const { hostname, port } = new URL(inject("serverUrl"));
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${tenant.key}`,
      "content-type": "application/json",
      ...(length === undefined ? {} : { "content-length": length }),
    };
    const sent = request({ agent, hostname, port, method, path, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => {
        const { code } = JSON.parse(Buffer.concat(parts).toString()) as { code?: string };
        resolve({ status: response.statusCode ?? 0, code });
      });
    });
    sent.on("error", reject);
    for (const chunk of chunks) sent.write(chunk);
    sent.end();
  });
}

const spaces = Buffer.alloc(megabyte, " ");

test("whoever sends too much always gets to read the refusal", async () => {
  for (const megabytes of [5, 20, 40]) {
    const chunks = Array.from({ length: megabytes }, () => spaces);
    for (const length of [megabytes * megabyte, undefined]) {
      const agent = new Agent({ keepAlive: true });
      const refused = await send("POST", "/memory/register", chunks, length, agent);
      expect([refused.status, refused.code]).toEqual([413, "payload_too_large"]);
      agent.destroy();
    }
  }
}, 30_000);

test("after a refusal the connection serves the client's next request", async () => {
  const chunks = Array.from({ length: 5 }, () => spaces);
  for (const length of [5 * megabyte, undefined, 5 * megabyte, undefined]) {
    expect((await send("POST", "/memory/register", chunks, length)).status).toBe(413);
    expect((await send("GET", "/memory/all", [])).status).toBe(200);
  }
}, 30_000);

test("a body that is announced as too large is refused before it is sent", async () => {
  const { hostname, port } = new URL(inject("serverUrl"));
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `POST /memory/register HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tenant.key}\r\nContent-Length: 99999999\r\n\r\n`,
      );
    });
    socket.on("data", (chunk) => {
      resolve(chunk.toString());
      socket.destroy();
    });
    socket.on("error", reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

test("a body of exactly the cap is read", async () => {
  const text = (length: number) => JSON.stringify({ agent_id: "x".repeat(length) });
  const body = Buffer.from(text(4 * megabyte - text(0).length));
  expect(body).toHaveLength(4 * megabyte);
  expect(await send("POST", "/memory/register", [body], body.length)).toMatchObject({
    ...{ status: 400, code: "invalid_request" },
  });
  expect(await send("POST", "/memory/register", [body])).toMatchObject({ status: 400 });
});

test.each([
  ["", 400, "invalid_request"],
  [" ", 400, "invalid_request"],
  ["{", 400, "invalid_json"],
  ["{}{}", 400, "invalid_json"],
  ["[]", 400, "invalid_request"],
  ["null", 400, "invalid_request"],
  ['"text"', 400, "invalid_request"],
  ['{"agent_id":"a","context":{"a":01}}', 400, "invalid_json"],
  ["\ufeff{}", 400, "invalid_request"],
  ['{"agent_id":"a","unknown":1}', 200, undefined],
])(
  "the body %j is answered %i %s, with its length announced or not",
  async (text, status, code) => {
    const body = Buffer.from(text);
    for (const length of [body.length, undefined]) {
      const answer = await send("POST", "/memory/register", [body], length);
      expect([answer.status, answer.code], String(length)).toEqual([status, code]);
    }
  },
);

test("bytes that are not UTF-8 are refused, never stored with replacement characters", async () => {
  const body = Buffer.from('{"agent_id":"a","context":{"a":"?"}}');
  // A lone continuation byte, and the first three of four bytes of a character.
  for (const bytes of [[0x80], [0xf0, 0x9f, 0x98]]) {
    const [before, after] = [body.subarray(0, body.indexOf("?")), body.subarray(-3)];
    const wrong = Buffer.concat([before, Buffer.from(bytes), after]);
    for (const length of [wrong.length, undefined]) {
      const answer = await send("POST", "/memory/register", [wrong], length);
      expect([answer.status, answer.code], String(length)).toEqual([400, "invalid_json"]);
    }
  }
});
