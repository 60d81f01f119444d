import type { Metadata } from "next";
import Link from "next/link";
import { AuthFrame } from "#components/shell/auth-frame.tsx";
import { Button } from "#components/ui/button.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <AuthFrame title="There is no page here" description="The address may have a typing error.">
      <Button asChild>
        <Link href="/">Go to the first page</Link>
      </Button>
    </AuthFrame>
  );
}
