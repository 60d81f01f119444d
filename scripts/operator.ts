import { connect, useDatabase } from "#db/client.ts";
import { systemCtx } from "#lib/auth/identity.ts";
import { resetPassword } from "#lib/auth/operators.ts";
import { openServer } from "#lib/boot/database.ts";
import { loadEnvFile } from "#lib/core/env.ts";
import { randomText } from "#lib/core/ids.ts";
import { root } from "./run.ts";

/** `npm run operator -- <e-mail>`: gives an operator a new password, and prints it once. */
const [email] = process.argv.slice(2);
if (email === undefined) {
  console.error("Usage: npm run operator -- <e-mail of the operator>");
  process.exit(2);
}
loadEnvFile(root);
const server = await openServer();
const database = await connect({ url: server.url });
useDatabase(database);
const password = randomText(20);
const found = await resetPassword(systemCtx("operator-script"), email, password);
await database.close();
await server.release();
if (!found) {
  console.error(`There is no operator ${email}.`);
  process.exit(1);
}
console.log(`New password of ${email}: ${password}`);
