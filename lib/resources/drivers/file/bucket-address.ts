import { uriMistake } from "../uri-mistake.ts";

/** The parts of `s3://bucket/prefix`; throws `invalid_request`. */
export function parseBucketAddress(address: string): { bucket: string; prefix: string } {
  const found = /^[sS]3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address);
  const prefix = (found?.[2] ?? "").replace(/\/+$/, "");
  const isSound = found && prefix.split("/").every((name) => name !== "." && name !== "..");
  if (isSound) return { bucket: found[1] ?? "", prefix: prefix === "" ? "" : `${prefix}/` };
  throw uriMistake(
    "must be as in s3://bucket/prefix: a bucket's name of 3 to 63 lower-case letters, digits, . and -, and no . or .. in the prefix",
  );
}
