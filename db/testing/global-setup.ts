import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { connectOwner } from "../client.ts";
import { startEmbedded } from "../embedded.ts";
import { migrate } from "../migrate.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** URL of the cluster's maintenance database. */
    clusterUrl: string;
    /** Migrated database that each suite clones. */
    templateName: string;
  }
}

/** The URL of another database of the same cluster. */
function urlOf(clusterUrl: string, database: string): string {
  const url = new URL(clusterUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/**
 * A migrated template database, on the server of `DATABASE_URL` or on an embedded cluster of the
 * run's own. Answers the teardown that removes what was made.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.DATABASE_URL || undefined;
  const folder = given ? null : mkdtempSync(join(tmpdir(), "tausestack-test-"));
  const cluster = folder === null ? null : await startEmbedded({ dir: folder });
  const clusterUrl = given ?? urlOf(cluster?.url ?? "", "postgres");
  const templateName = `tausestack_template_${process.pid}_${Date.now().toString(36)}`;
  const admin = connectOwner(clusterUrl);
  await admin.unsafe(`create database ${templateName}`);
  await migrate(urlOf(clusterUrl, templateName));
  project.provide("clusterUrl", clusterUrl);
  project.provide("templateName", templateName);
  return async () => {
    await admin.unsafe(`drop database if exists ${templateName} with (force)`);
    await admin.end({ timeout: 5 });
    await cluster?.release();
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  };
}
