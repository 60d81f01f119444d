/**
 * What tenant code finds around it, in the guest's own JavaScript: it runs first in each fresh
 * context and keeps the host's functions, and the built-ins that it needs, to itself. It is for
 * comfort, not for safety: limits and permissions are the host's, whatever the guest breaks here.
 */
export const guestSource = String.raw`((host, log, read, done, about, webSource) => {
"use strict";
const { stringify, parse } = JSON, { isArray } = Array, { assign, entries, freeze } = Object;
const { isView } = ArrayBuffer, text = String, evaluate = eval, waiting = { __proto__: null };
const ask = (op, payload, body) => new Promise((resolve, reject) => {
  const seq = host(op, stringify(payload) ?? "null", body);
  waiting[seq] = { resolve, reject };
});
const show = (value) => {
  if (typeof value === "string") return value;
  if (value instanceof Error) return text(value) + "\n" + text(value.stack ?? "");
  try { return stringify(value) ?? text(value); } catch { return text(value); }
};
const line = (level) => (...values) => { log(level, stringify(values.map(show).join(" "))); };
const console = freeze({ debug: line("debug"), log: line("info"), info: line("info"),
  warn: line("warning"), error: line("error") });

let web;
const loadWeb = () => (web ??= evaluate(webSource)({ ask, read, assign, entries, isArray, isView, parse, text }));
const fetch = async (url, init) => loadWeb().fetch(url, init);
const api = {
  fetch, console,
  secrets: freeze({ get: (name) => ask("secrets.get", { name }) }),
  memory: freeze({
    get: (agent_id) => ask("memory.get", { agent_id }),
    set: (agent_id, context) => ask("memory.set", { agent_id, context }),
    list: (query = {}) => ask("memory.list", query),
    delete: (agent_id) => ask("memory.delete", { agent_id }),
  }),
  resources: freeze({
    list: (query = {}) => ask("resources.list", query),
    check: (resource_id, permission, use = {}) =>
      ask("resources.check", { ...use, resource_id, permission }),
    read: (uri, range = {}) => ask("resources.read", { ...range, uri }),
    query: (resource_id, sql, params = [], options = {}) =>
      ask("resources.query", { ...options, resource_id, sql, params }),
    select: (resource_id, table, options = {}) =>
      ask("resources.select", { ...options, resource_id, table }),
    execute: (resource_id, sql, params = [], options = {}) =>
      ask("resources.execute", { ...options, resource_id, sql, params }),
    request: (resource_id, request) => ask("resources.request", { ...request, resource_id }),
    files: freeze({
      list: (resource_id, query = {}) => ask("resources.files.list", { ...query, resource_id }),
      read: (resource_id, path, range = {}) => ask("resources.files.read", { ...range, resource_id, path }),
      write: (resource_id, path, content) =>
        ask("resources.files.write", { ...(typeof content === "string" ? { text: content } : content), resource_id, path }),
      delete: (resource_id, path) => ask("resources.files.delete", { resource_id, path }),
    }),
  }),
  tools: freeze({ call: (name, args = {}) => ask("tools.call", { name, arguments: args }) }),
  progress: (progress, total, message) => ask("progress", { progress, total, message }),
};
assign(globalThis, api);
Object.defineProperty(globalThis, "Headers", { configurable: true, get: () => loadWeb().Headers });
delete globalThis.SharedArrayBuffer;
const toError = ({ name, message, code, result }) => assign(new Error(message), { name, code },
  result === undefined ? {} : { result });
const describe = (error) => {
  const is = error instanceof Error;
  const name = is ? text(error.name).slice(0, 200) : "", message = is ? text(error.message) : show(error);
  return stringify({ name, message: message.slice(0, 4000), code: is && error.code !== undefined ? show(error.code).slice(0, 200) : "",
    stack: is ? text(error.stack ?? "").slice(0, 4000) : "" });
};
const fail = (error) => {
  let told;
  try { told = describe(error); } catch { told = '{"name":"","message":"an error that cannot be shown","stack":""}'; }
  done(false, told, told.length);
};
const finish = (value) => {
  let json;
  try { json = stringify(value); } catch (error) { return fail(error); }
  if (json === undefined) done(true, "", 0);
  else done(true, json, json.length);
};
return {
  start(loaded, args) {
    (async () => {
      const run = (await loaded).default;
      if (typeof run !== "function") throw new TypeError("The default export must be a function (args, ctx)");
      return run(parse(args), freeze({ ...api, ...parse(about) }));
    })().then(finish, fail);
  },
  settle(seq, ok, json, body) {
    const { resolve, reject } = waiting[seq];
    delete waiting[seq];
    if (!ok) reject(toError(parse(json)));
    else resolve(body < 0 ? parse(json) : { ...parse(json), body });
  },
};
})`;

/** What `fetch` needs, which is read when it is called first: most tools never do. */
export const webSource = `((own) => {
"use strict";
const { ask, read, assign, entries, isArray, isView, parse, text } = own;
class Headers {
  #all = { __proto__: null };
  constructor(init = {}) {
    const pairs = isArray(init) ? init : typeof init.entries === "function" ? [...init.entries()] : entries(init);
    for (const [name, value] of pairs) this.append(name, value);
  }
  append(name, value) {
    const key = text(name).toLowerCase(), old = this.#all[key];
    this.#all[key] = old === undefined ? text(value) : old + ", " + text(value);
  }
  set(name, value) { this.#all[text(name).toLowerCase()] = text(value); }
  get(name) { return this.#all[text(name).toLowerCase()] ?? null; }
  has(name) { return text(name).toLowerCase() in this.#all; }
  delete(name) { delete this.#all[text(name).toLowerCase()]; }
  entries() { return entries(this.#all)[Symbol.iterator](); }
  keys() { return entries(this.#all).map(([name]) => name)[Symbol.iterator](); }
  forEach(run) { for (const [name, value] of entries(this.#all)) run(value, name, this); }
  [Symbol.iterator]() { return this.entries(); }
}
class Response {
  #body;
  constructor({ body, status, statusText, url, headers }) {
    this.#body = body;
    assign(this, { status, statusText, url, ok: status >= 200 && status < 300, headers: new Headers(headers) });
  }
  async text() { return parse(read(this.#body, "text")); }
  async json() { return parse(await this.text()); }
  async arrayBuffer() { return read(this.#body, "bytes"); }
  async bytes() { return new Uint8Array(await this.arrayBuffer()); }
}
const fetch = async (url, { method = "GET", headers = {}, body = null } = {}) => {
  const bytes = body === null || body === undefined || typeof body === "string" ? undefined
    : body instanceof ArrayBuffer ? body
    : isView(body) ? body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength) : null;
  if (bytes === null) throw new TypeError("fetch: body must be a string, an ArrayBuffer or a view of one");
  const sent = { url: text(url), method: text(method), headers: [...new Headers(headers)],
    body: typeof body === "string" ? body : null };
  return new Response(await ask("fetch", sent, bytes));
};
return { fetch, Headers };
})`;
