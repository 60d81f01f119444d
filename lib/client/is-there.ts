import { ApiError } from "./api-error.ts";

/** Whether a read finds its thing: false for a 404, and a throw for any other failure. */
export async function isThere(read: Promise<unknown>): Promise<boolean> {
  try {
    await read;
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === "not_found") return false;
    throw error;
  }
}
