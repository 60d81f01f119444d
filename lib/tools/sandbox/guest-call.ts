import type {
  QuickJSContext,
  QuickJSHandle,
  QuickJSRuntime,
  QuickJSWASMModule,
} from "quickjs-emscripten-core";
import type { LogLevel } from "../calls/client.ts";
import { guestSource, webSource } from "./guest.ts";
import { failureOf, outOfMemory, type Thrown, takeThrown, tooDeep } from "./guest-failure.ts";
import type {
  HostRequest,
  LogLine,
  Reply,
  RunMessage,
  SandboxFailure,
  SandboxOutcome,
} from "./protocol.ts";
import { sourceName } from "./source-name.ts";

/** More would overflow the thread's own stack in QuickJS's parser before QuickJS notices. */
const stackBytes = 512 * 1024;
const mostLines = 1_000;
const mostLogged = 256 * 1024;
const mostPending = 16;
const mostRequests = 200;
const largestRequest = 2 * 1024 * 1024;
/** What a call holds of what it fetched. */
const mostFetched = 20 * 1024 * 1024;

const tooLong = `The code ran longer than its limit of processor time (limits.cpu_ms).`;

/** Microseconds that this thread has had a processor. */
export function threadCpuUs(): number {
  // Absent before Node 22.19, where the whole process counts.
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return user + system;
}

/** What a piece of work left: an end, or requests that it waits for. */
export type Step = { outcome: SandboxOutcome } | { requests: HostRequest[] };

/** One call of tenant code, in a runtime of its own. */
export class GuestCall {
  readonly instance: QuickJSWASMModule;
  readonly #run: RunMessage;
  readonly #isStopped: () => boolean;
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  #guest: QuickJSHandle | null = null;
  #requests: HostRequest[] = [];
  #bodies = new Map<number, Uint8Array>();
  #fetched = 0;
  #pending = 0;
  #asked = 0;
  #logs: LogLine[] = [];
  #lines = 0;
  #logged = 0;
  #cpuUs = 0;
  #since = 0;
  #outcome: SandboxOutcome | null = null;
  #ended: SandboxOutcome | null = null;

  constructor(instance: QuickJSWASMModule, run: RunMessage, isStopped: () => boolean) {
    this.instance = instance;
    this.#run = run;
    this.#isStopped = isStopped;
    this.#runtime = instance.newRuntime({
      memoryLimitBytes: run.memoryBytes,
      maxStackSizeBytes: stackBytes,
      interruptHandler: () => this.#mustStop(),
    });
    this.#context = this.#runtime.newContext();
  }

  start(): Step {
    return this.#work(() => {
      const { module, args, about } = this.#run;
      const context = this.#context;
      const functions = [this.#host(), this.#log(), this.#read(), this.#done()];
      using make = context.unwrapResult(context.evalCode(guestSource, "guest.js"));
      const given = [...functions, context.newString(about), context.newString(webSource)];
      this.#guest = context.unwrapResult(context.callFunction(make, context.undefined, ...given));
      for (const each of given) each.dispose();
      const loaded = context.evalCode(module, sourceName, { type: "module" });
      if (loaded.error) {
        this.#failWith(loaded.error);
        return;
      }
      using text = context.newString(args);
      this.#callGuest("start", loaded.value, text);
      loaded.value.dispose();
    });
  }

  resume(replies: Reply[]): Step {
    return this.#work(() => {
      for (const { seq, ok, json, body } of replies) {
        this.#pending -= 1;
        const context = this.#context;
        using id = context.newNumber(seq);
        using text = context.newString(json);
        using at = context.newNumber(body ? seq : -1);
        if (body) this.#keep(seq, body);
        this.#callGuest("settle", id, ok ? context.true : context.false, text, at);
      }
    });
  }

  /** What the code wrote to its log since this was asked last. */
  takeLogs(): LogLine[] {
    const logs = this.#logs;
    this.#logs = [];
    return logs;
  }

  /**
   * Frees all that a call held that ended well; false where something is left, so that the instance
   * can serve no other. What failed is left as it is, and goes with its instance.
   */
  close(): boolean {
    if (!this.#outcome || !("json" in this.#outcome) || this.#ended) return false;
    try {
      this.#guest?.dispose();
      this.#context.dispose();
      this.#runtime.dispose();
      return true;
    } catch {
      return false;
    }
  }

  #mustStop(): boolean {
    if (this.#ended) return true;
    if (this.#isStopped()) this.#end("interrupted", "The call was ended.");
    else if (this.#cpuUs + threadCpuUs() - this.#since > this.#run.cpuMs * 1000) {
      this.#end("sandbox_time", tooLong);
    }
    return this.#ended !== null;
  }

  /** For good: the guest cannot catch it. */
  #end(failure: SandboxFailure | "interrupted", message: string): void {
    this.#ended ??= { failure, message };
  }

  #work(run: () => void): Step {
    this.#since = threadCpuUs();
    try {
      run();
      while (!this.#ended && !this.#outcome && this.#runtime.hasPendingJob()) {
        const { error } = this.#runtime.executePendingJobs();
        if (error) this.#failWith(error);
      }
    } catch (error) {
      this.#crash(error);
    }
    this.#cpuUs += threadCpuUs() - this.#since;
    const outcome = this.#ended ?? this.#outcome;
    if (outcome) return { outcome };
    if (this.#pending === 0) {
      const message =
        "The code waits for a promise that nothing settles: what it awaits has no work left.";
      return { outcome: { failure: "code_failed", message } };
    }
    const requests = this.#requests;
    this.#requests = [];
    return { requests };
  }

  /** QuickJS itself broke, or our own handling of what it gave: the instance is not used again. */
  #crash(error: unknown): void {
    const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
    if (name === "RangeError") this.#end("sandbox_stack", tooDeep);
    else if (/memory/i.test(message))
      this.#end("sandbox_memory", outOfMemory(this.#run.memoryBytes));
    else this.#end("code_failed", `The code could not be run: ${message}`);
  }

  #fail(thrown: Thrown): void {
    this.#outcome ??= failureOf(thrown, this.#run.memoryBytes);
  }

  #failWith(handle: QuickJSHandle): void {
    this.#fail(takeThrown(this.#context, handle));
  }

  #callGuest(name: string, ...args: QuickJSHandle[]): void {
    const guest = this.#guest;
    if (!guest) throw new Error("The guest has not started");
    using method = this.#context.getProp(guest, name);
    const result = this.#context.callFunction(method, guest, ...args);
    if (result.error) this.#failWith(result.error);
    else result.value.dispose();
  }

  #host(): QuickJSHandle {
    return this.#context.newFunction("host", (op, json, body) => {
      const seq = ++this.#asked;
      if (seq > mostRequests) {
        this.#end("code_failed", `The code asked its host more than ${mostRequests} times.`);
        throw new Error("Too many requests");
      }
      if (this.#pending >= mostPending) {
        throw new Error(`A call waits for at most ${mostPending} answers at a time`);
      }
      const length = json ? (this.#context.getLength(json) ?? 0) : 0;
      const bytes = body && this.#bytesOf(body);
      if (!op || !json || length + (bytes?.byteLength ?? 0) > largestRequest) {
        throw new Error(`A request of more than ${largestRequest} bytes is not sent`);
      }
      const request = { seq, op: this.#context.getString(op), json: this.#context.getString(json) };
      this.#requests.push(bytes ? { ...request, body: bytes } : request);
      this.#pending += 1;
      return this.#context.newNumber(seq);
    });
  }

  #bytesOf(handle: QuickJSHandle): Uint8Array | undefined {
    if (this.#context.typeof(handle) !== "object") return undefined;
    using found = this.#context.getArrayBuffer(handle);
    return new Uint8Array(found.value);
  }

  #log(): QuickJSHandle {
    return this.#context.newFunction("log", (level, text) => {
      if (!level || !text) return;
      this.#lines += 1;
      this.#logged += this.#context.getLength(text) ?? 0;
      if (this.#lines > mostLines || this.#logged > mostLogged) {
        const most = `${mostLines} lines or ${mostLogged / 1024} KiB`;
        this.#end("sandbox_output", `The code wrote more than ${most} to its log.`);
        throw new Error("The log is full");
      }
      const line = String(JSON.parse(this.#context.getString(text)));
      this.#logs.push({ level: this.#context.getString(level) as LogLevel, text: line });
    });
  }

  #keep(seq: number, body: Uint8Array): void {
    this.#fetched += body.byteLength;
    if (this.#fetched > mostFetched) {
      const most = mostFetched / (1024 * 1024);
      this.#end("sandbox_output", `The code fetched more than ${most} MiB in one call.`);
    }
    this.#bodies.set(seq, body);
  }

  #read(): QuickJSHandle {
    return this.#context.newFunction("read", (at, as) => {
      const seq = at ? this.#context.getNumber(at) : Number.NaN;
      const body = this.#bodies.get(seq) ?? new Uint8Array();
      // A copy: what the guest gets is freed by its own runtime, under its own limit.
      if (as && this.#context.getString(as) === "bytes") {
        return this.#context.newArrayBuffer(new Uint8Array(body).buffer);
      }
      return this.#context.newString(JSON.stringify(new TextDecoder().decode(body)));
    });
  }

  #done(): QuickJSHandle {
    return this.#context.newFunction("done", (ok, text, length) => {
      if (!ok || !text || !length || this.#outcome) return;
      const isValue = this.#context.dump(ok) === true;
      const { outputBytes } = this.#run;
      const tooMuch = `The code returned more than its limit of ${outputBytes} bytes (limits.output_bytes).`;
      if (isValue && this.#context.getNumber(length) > outputBytes) {
        this.#outcome = { failure: "sandbox_output", message: tooMuch };
        return;
      }
      const json = this.#context.getString(text);
      if (!isValue) this.#fail(JSON.parse(json) as Thrown);
      else if (Buffer.byteLength(json) > outputBytes) {
        this.#outcome = { failure: "sandbox_output", message: tooMuch };
      } else this.#outcome = { json: json === "" ? null : json };
    });
  }
}
