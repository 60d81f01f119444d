/** The bare echo that the benchmark sends through Next's own router. */
export function GET(): Response {
  return Response.json({ ok: true });
}
