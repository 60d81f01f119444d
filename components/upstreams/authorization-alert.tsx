import { Alert } from "#components/ui/alert.tsx";

const outcomes = {
  connected: { tone: "info", title: "The account is connected", text: null },
  denied: {
    tone: "warning",
    title: "The account was not connected",
    text: "You did not allow it there. Connect again where that was a mistake.",
  },
  stale: {
    tone: "warning",
    title: "The account was not connected",
    text: "The authorization is not one that you began here, was used already, or took more than ten minutes. Begin again.",
  },
  failed: {
    tone: "danger",
    title: "The account was not connected",
    text: "The authorization server did not give what was asked for.",
  },
} as const;

type AuthorizationAlertProps = {
  /** The `authorization` parameter with which a person comes back. */
  outcome: string | string[] | undefined;
  /** Of the account, where there is more to say. */
  error?: string | null;
};

/** What came of the authorization from which a person comes back; nothing for anything else. */
export function AuthorizationAlert({ outcome, error = null }: AuthorizationAlertProps) {
  if (typeof outcome !== "string" || !Object.hasOwn(outcomes, outcome)) return null;
  const { tone, title, text } = outcomes[outcome as keyof typeof outcomes];
  return (
    <Alert tone={tone} title={title} role="status">
      {outcome === "failed" ? (error ?? text) : text}
    </Alert>
  );
}
