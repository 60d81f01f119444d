import { Alert } from "#components/ui/alert.tsx";
import type { Interaction } from "#lib/oauth/interaction.ts";

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Where the answer goes, as a person knows it. */
function destinationOf(redirectUri: string): string {
  const url = new URL(redirectUri);
  if (loopback.has(url.hostname)) return "a program on this computer";
  if (url.protocol === "https:") return url.host;
  return `the program that opens ${url.protocol}// links on this computer`;
}

/** How far the name of the client is to be believed. */
export function WhoAsks({ interaction: { client, redirectUri } }: { interaction: Interaction }) {
  const destination = destinationOf(redirectUri);
  if (client.registration === "metadata") {
    return (
      <Alert tone="info" title={`Published by ${new URL(client.id).host}`}>
        The answer goes to {destination}.
      </Alert>
    );
  }
  return (
    <Alert tone="warning" title="The name is not verified">
      The application gave it itself. The answer goes to {destination}. Allow it only if you started
      this connection just now.
    </Alert>
  );
}
