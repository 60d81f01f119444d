import { parentPort, workerData } from "node:worker_threads";
import { yieldToOthers } from "../yield-thread.ts";
import { GuestCall, type Step, threadCpuUs } from "./guest-call.ts";
import { Instances } from "./instances.ts";
import type { FromWorker, RunMessage, ToWorker } from "./protocol.ts";

const port = parentPort;
if (!port) throw new Error("This file is the start of a worker thread");
const stop = new Int32Array(workerData.stop as SharedArrayBuffer);
const instances = new Instances();
let call: GuestCall | null = null;
let tenantId = "";

function send(message: FromWorker): void {
  port?.postMessage(message);
}

function close(): void {
  const closed = call;
  call = null;
  if (closed?.close()) instances.giveBack(tenantId, closed.instance);
  instances.prepare();
}

function report(running: GuestCall, step: Step): void {
  const logs = running.takeLogs();
  if ("requests" in step) {
    send({ type: "parked", cpuUs: threadCpuUs(), requests: step.requests, logs });
    return;
  }
  send({ type: "done", cpuUs: threadCpuUs(), outcome: step.outcome, logs });
  close();
}

async function start(message: RunMessage): Promise<void> {
  tenantId = message.tenantId;
  const instance = await instances.take(tenantId);
  call = new GuestCall(instance, message, () => Atomics.load(stop, 0) === 1);
  report(call, call.start());
}

port.on("message", (message: ToWorker) => {
  if (message.type === "run") void start(message);
  else if (message.type === "resume" && call) report(call, call.resume(message.replies));
  else if (message.type === "drop") {
    close();
    send({ type: "dropped", cpuUs: threadCpuUs() });
  }
});

send({ type: "ready", cpuUs: threadCpuUs(), tid: yieldToOthers() });
