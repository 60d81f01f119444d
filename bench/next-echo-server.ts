import { createServer } from "node:http";
import { join } from "node:path";
import next from "next";

const app = next({ dev: false, dir: join(import.meta.dirname, "next-echo") });
await app.prepare();
const handle = app.getRequestHandler();
const server = createServer((request, response) => void handle(request, response));
server.listen(Number(process.env.PORT), "127.0.0.1", () => process.send?.("ready"));
