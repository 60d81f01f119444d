import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, inject } from "vitest";
import { connect, connectOwner, database, useDatabase } from "../client.ts";

/** Gives the suite a database of its own, cloned from the template and dropped at the end. */
export function useTestDatabase(): void {
  const name = `tausestack_test_${process.pid}_${randomBytes(6).toString("hex")}`;

  beforeAll(async () => {
    const clusterUrl = inject("clusterUrl");
    const admin = connectOwner(clusterUrl);
    await createFrom(inject("templateName"), name, (text) => admin.unsafe(text));
    await admin.end({ timeout: 5 });
    const url = new URL(clusterUrl);
    url.pathname = `/${name}`;
    useDatabase(await connect({ url: url.href, maxConnections: 10 }));
  });

  afterAll(async () => {
    await database().close();
    useDatabase(undefined);
    const admin = connectOwner(inject("clusterUrl"));
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end({ timeout: 5 });
  });
}

/** PostgreSQL refuses to clone a template that another session is cloning at that moment. */
async function createFrom(
  template: string,
  name: string,
  run: (text: string) => Promise<unknown>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await run(`create database ${name} template ${template}`);
      return;
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
