import Link from "next/link";
import { AuthFrame } from "#components/shell/auth-frame.tsx";
import { Button } from "#components/ui/button.tsx";

export default function PortalNotFound() {
  return (
    <AuthFrame
      title="There is nothing here for you"
      description="The address may have a typing error, or you do not belong to the tenant that it names."
    >
      <Button asChild>
        <Link href="/portal">Your tenants</Link>
      </Button>
    </AuthFrame>
  );
}
