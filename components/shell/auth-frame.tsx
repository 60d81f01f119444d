import type { ReactNode } from "react";
import { Logo } from "./logo.tsx";

type AuthFrameProps = {
  title: string;
  description?: ReactNode;
  children: ReactNode;
};

/** A page with one small form on it: sign-in. */
export function AuthFrame({ title, description, children }: AuthFrameProps) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-6 px-4 py-10">
      <Logo className="scale-120" />
      <div className="flex w-full max-w-sm flex-col gap-6 rounded-xl border bg-card p-6 shadow-sm sm:p-8">
        <div className="flex flex-col gap-1.5">
          <h1 className="font-semibold text-lg tracking-tight">{title}</h1>
          {description && <p className="text-muted-foreground text-sm">{description}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
