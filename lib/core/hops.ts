/** How many endpoints like ours a request has come through; RFC 8586 does the same for CDNs. */
export const hopsHeader = "tausestack-hops";

const most = 100;

/** The count that a request came with; 0 for one that came from a client. */
export function hopsOf(headers: Headers): number {
  const given = Number(headers.get(hopsHeader));
  return Number.isInteger(given) && given > 0 ? Math.min(given, most) : 0;
}
