import autocannon from "autocannon";

/** One request that is repeated, and how to tell that its answer is right. */
export interface Target {
  name: string;
  url: string;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  /**
   * One body for all requests, or a new one for each, so that writes differ. A new one costs the load
   * generator as much again, on the cores that it shares with the server.
   */
  body?: string | ((count: number) => string);
}

export interface Figures {
  name: string;
  connections: number;
  perSecond: number;
  total: number;
  p50Ms: number;
  p99Ms: number;
  failures: number;
}

/** Loads a target for some seconds and answers requests a second and latencies. */
export async function load(target: Target, connections: number, seconds: number): Promise<Figures> {
  let count = 0;
  const { body } = target;
  const result = await autocannon({
    url: target.url,
    connections,
    duration: seconds,
    method: target.method ?? "GET",
    headers: target.headers ?? {},
    ...(typeof body === "string" ? { body } : {}),
    ...(typeof body === "function"
      ? {
          requests: [
            {
              setupRequest: (request) => ({ ...request, body: body(count++) }),
            },
          ],
        }
      : {}),
  });
  return {
    name: target.name,
    connections,
    perSecond: Math.round(result.requests.average),
    total: result.requests.total,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts,
  };
}
