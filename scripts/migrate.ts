import { openServer } from "#lib/boot/database.ts";

/** `npm run db:migrate`: applies the migrations that the database lacks. */
const server = await openServer();
await server.release();
console.log("The database is at this version.");
