import Link from "next/link";
import { Alert } from "#components/ui/alert.tsx";

/** Why no offer can be made or accepted; `settings` leads whoever may change it there. */
export function FederationOff({ settings }: { settings?: string }) {
  return (
    <Alert tone="warning" title="Federation is off for this tenant">
      No offer can be made, accepted or called.{" "}
      {settings ? (
        <>
          Switch it on in the tenant&apos;s{" "}
          <Link href={settings} className="underline">
            settings
          </Link>
          .
        </>
      ) : (
        "Ask whoever runs the deployment to switch it on."
      )}
    </Alert>
  );
}
