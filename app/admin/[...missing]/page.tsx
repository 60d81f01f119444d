import { notFound } from "next/navigation";
import { operatorCtx } from "#lib/auth/session.ts";

/** Keeps the console around a page that is not there. */
export default async function Missing(): Promise<never> {
  await operatorCtx();
  notFound();
}
