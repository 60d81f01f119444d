import { AsyncLocalStorage } from "node:async_hooks";
import pino from "pino";
import { env } from "./env.ts";
import { toLoggedError } from "./log-error.ts";
import { singleton } from "./singleton.ts";

/** What every line written during a request says of it. */
export interface LogContext {
  requestId: string;
  tenantId?: string;
  principal?: string;
}

export const logContext = singleton("logContext", () => new AsyncLocalStorage<LogContext>());

const secretKeys = ["key", "token", "secret", "password", "authorization", "cookie", "api_key"];

/** Structured log on standard output: request, tenant and principal on each line, never a secret. */
export const log = singleton("log", () =>
  pino({
    level: env().LOG_LEVEL,
    base: { pid: process.pid },
    redact: {
      paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
      censor: "[secret]",
    },
    serializers: { err: toLoggedError },
    mixin: () => logContext.getStore() ?? {},
  }),
);
