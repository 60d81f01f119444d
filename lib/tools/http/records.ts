import { AppError } from "#lib/core/errors.ts";
import { parseJson } from "#lib/core/json.ts";

/** How an answer carries many values: server-sent events, a line each, or RFC 7464's sequence. */
export type RecordFormat = "events" | "lines" | "sequence";

/** More of them than this are no answer for a tool; each costs far more than its bytes. */
const mostRecords = 100_000;

const formats: readonly [RecordFormat, RegExp][] = [
  ["events", /^text\/event-stream$/],
  ["lines", /^application\/((x-)?(ndjson|jsonl|jsonlines)|stream\+json)$/],
  ["sequence", /^application\/([\w.-]+\+)?json-seq$/],
];

/** The format of a media type in lower case; null for one that carries a single value. */
export function recordFormatOf(type: string): RecordFormat | null {
  return formats.find(([, pattern]) => pattern.test(type))?.[0] ?? null;
}

/** Cuts text at its line ends, and looks at each character once however it comes in. */
export function lineCutter(): { push(text: string): string[]; end(): string } {
  let rest: string[] = [];
  let afterReturn = false;
  return {
    push(text) {
      if (text === "") return [];
      // The line feed that belongs to the carriage return before it.
      const fresh = afterReturn && text.startsWith("\n") ? text.slice(1) : text;
      afterReturn = text.endsWith("\r");
      const found = fresh.split(/\r\n|[\r\n]/);
      const last = found.pop() ?? "";
      if (found.length > 0) {
        found[0] = rest.join("") + found[0];
        rest = [];
      }
      if (last !== "") rest.push(last);
      return found;
    },
    end: () => rest.join(""),
  };
}

/** One server-sent event; `event` and `id` where it names them itself. */
export interface ServerEvent {
  event?: string;
  id?: string;
  data: string;
}

/** Reads server-sent events (WHATWG HTML, section 9.2.6) of lines; the last need not be ended. */
export function eventReader(): { take(lines: readonly string[]): ServerEvent[] } {
  let data: string[] = [];
  let named: Omit<ServerEvent, "data"> = {};
  return {
    take: (lines) =>
      lines.flatMap((line) => {
        const [, field = "", value = ""] = /^(data|event|id)(?:: ?(.*))?$/s.exec(line) ?? [];
        if (field === "data") data.push(value);
        else if (field !== "" && value !== "") named = { ...named, [field]: value };
        if (line !== "") return [];
        const found = { ...named, data: data.join("\n") };
        data = [];
        named = {};
        return found.data === "" ? [] : [found];
      }),
  };
}

function jsonOrText(text: string): unknown {
  if (!/^\s*[[{"\d\-tfn]/.test(text)) return text;
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return text;
  }
}

function eventsIn(text: string): unknown[] {
  const cutter = lineCutter();
  const lines = [...cutter.push(text), cutter.end(), ""];
  return eventReader()
    .take(lines)
    .map(({ data, ...named }) => ({ ...named, data: jsonOrText(data) }));
}

const parted = { lines: /\r\n|[\r\n]/, sequence: "\x1E" };

function valuesIn(format: "lines" | "sequence", text: string): unknown[] {
  return text.split(parted[format]).flatMap((part, at) => {
    if (part.trim() === "") return [];
    try {
      return [parseJson(part)];
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const where = format === "lines" ? `line ${at + 1}` : `record ${at}`;
      throw new AppError("invalid_json", `${where}: ${error.message}`, { cause: error });
    }
  });
}

/**
 * The values of an answer that carries many. Of server-sent events each is `{event?, id?, data}`,
 * its data as JSON where it is JSON and as text else. Throws `invalid_json` for a line or record
 * that is none, and for more than 100,000 of them.
 */
export function readRecords(format: RecordFormat, text: string): unknown[] {
  const found = format === "events" ? eventsIn(text) : valuesIn(format, text);
  if (found.length <= mostRecords) return found;
  throw new AppError("invalid_json", `it has more than ${mostRecords} records`);
}
