import type { JsonObject } from "#lib/core/json.ts";
import { BrokenStream } from "../server-events.ts";
import { messageHead, object, objects, stopReasonOf, text, toMessageUsage } from "./answer.ts";
import type { StreamTranslation } from "./message-stream.ts";

function frame(data: JsonObject): string {
  return `event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The block that is being told: its kind, and for a tool its number in the other dialect. */
interface Block {
  kind: "text" | "thinking" | "tool_use";
  call: unknown;
}

const deltaOf = {
  text: (piece: string) => ({ type: "text_delta", text: piece }),
  thinking: (piece: string) => ({ type: "thinking_delta", thinking: piece }),
  tool_use: (piece: string) => ({ type: "input_json_delta", partial_json: piece }),
} satisfies Record<Block["kind"], (piece: string) => JsonObject>;

/** A chat completion's stream as a message's. Throws `BrokenStream` for what no message can tell. */
export function chunkStreamToMessage(): StreamTranslation {
  let hasBegun = false;
  let isOver = false;
  let usage: JsonObject = {};
  let finish: unknown = null;
  let hasRefused = false;
  /** How many blocks there were, the open one included. */
  let blocks = 0;
  let open: Block | null = null;
  const calls = new Set<unknown>();
  /** Calls that began while another was told: blocks follow one another, pieces of calls need not. */
  const waiting = new Map<unknown, { id: string; name: string; pieces: string[] }>();

  function begin({ id, model }: JsonObject): string[] {
    if (hasBegun) return [];
    hasBegun = true;
    const message = {
      ...messageHead(id, model),
      ...{ content: [], stop_reason: null, stop_sequence: null, usage: toMessageUsage({}) },
    };
    return [frame({ type: "message_start", message })];
  }

  function close(): string[] {
    if (!open) return [];
    open = null;
    return [frame({ type: "content_block_stop", index: blocks - 1 })];
  }

  function start(block: Block, content_block: JsonObject): string[] {
    const closed = close();
    open = block;
    blocks += 1;
    return [...closed, frame({ type: "content_block_start", index: blocks - 1, content_block })];
  }

  function tell(kind: Block["kind"], piece: string): string[] {
    if (piece === "") return [];
    const delta = deltaOf[kind](piece);
    return [frame({ type: "content_block_delta", index: blocks - 1, delta })];
  }

  function write(kind: "text" | "thinking", piece: string): string[] {
    if (piece === "") return [];
    const empty =
      kind === "text"
        ? { type: kind, text: "", citations: null }
        : { type: kind, thinking: "", signature: "" };
    const started =
      open?.kind === kind ? [] : [...tellCalls(), ...start({ kind, call: null }, empty)];
    return [...started, ...tell(kind, piece)];
  }

  function callTool({ index, id, function: called }: JsonObject): string[] {
    const { name, arguments: piece } = object(called);
    if (open?.kind === "tool_use" && open.call === index) return tell("tool_use", text(piece));
    const begun = waiting.get(index);
    if (begun) {
      begun.pieces.push(text(piece));
      return [];
    }
    if (calls.has(index) || text(name) === "" || text(id) === "") {
      throw new BrokenStream("its tool calls go on after they have ended");
    }
    calls.add(index);
    waiting.set(index, { id: text(id), name: text(name), pieces: [text(piece)] });
    return open?.kind === "tool_use" ? [] : tellCalls();
  }

  function tellCalls(): string[] {
    const told = [...waiting].flatMap(([call, { id, name, pieces }]) => [
      ...start({ kind: "tool_use", call }, { type: "tool_use", id, name, input: {} }),
      ...tell("tool_use", pieces.join("")),
    ]);
    waiting.clear();
    return told;
  }

  return {
    push(event) {
      if (event === null) return this.end();
      if (event.usage) usage = object(event.usage);
      const [choice] = objects(event.choices);
      if (!choice) return hasBegun ? [] : begin(event);
      const delta = object(choice.delta);
      if (text(delta.refusal) !== "") hasRefused = true;
      finish = choice.finish_reason ?? finish;
      return [
        ...begin(event),
        ...write("thinking", text(delta.reasoning_content)),
        ...write("text", text(delta.content) + text(delta.refusal)),
        ...objects(delta.tool_calls).flatMap(callTool),
      ];
    },
    end() {
      if (isOver || !hasBegun) return [];
      isOver = true;
      const stop_reason = stopReasonOf(finish, calls.size > 0, hasRefused);
      const delta = { stop_reason, stop_sequence: null };
      return [
        ...tellCalls(),
        ...close(),
        frame({ type: "message_delta", delta, usage: toMessageUsage(usage) }),
        frame({ type: "message_stop" }),
      ];
    },
  };
}
