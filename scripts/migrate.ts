import { openServer } from "#lib/boot/database.ts";
import { loadEnvFile } from "#lib/core/env.ts";
import { root } from "./run.ts";

/** `npm run db:migrate`: applies the migrations that the database lacks. */
loadEnvFile(root);
const server = await openServer();
await server.release();
console.log("The database is at this version.");
