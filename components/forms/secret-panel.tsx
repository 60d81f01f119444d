import { Alert } from "#components/ui/alert.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";

type SecretPanelProps = {
  /** "API key" */
  what: string;
  secret: string;
};

/** A secret that is shown this once. Keep it out of URLs, toasts and stored state. */
export function SecretPanel({ what, secret }: SecretPanelProps) {
  return (
    <div className="flex flex-col gap-3">
      <Alert tone="warning" title={`Copy this ${what} now`} role="status">
        Only a hash of it is stored. Once this is closed it cannot be shown again.
      </Alert>
      <div className="flex items-center gap-2 rounded-md border bg-muted py-1.5 pr-1.5 pl-3">
        <code className="min-w-0 flex-1 select-all py-1 font-mono text-[0.8125rem] [overflow-wrap:anywhere]">
          {secret}
        </code>
        <CopyButton value={secret} what={what} labelled />
      </div>
    </div>
  );
}
