import { uriMistake } from "../uri-mistake.ts";

/** An `https://host/path` below which requests go; throws `invalid_request`. */
export function parseApiAddress(address: string): URL {
  const url = URL.parse(address);
  if (url && url.hostname !== "") return url;
  throw uriMistake("must be an address as in https://api.example.com/v1");
}
