"use client";

import { RotateCw, TriangleAlert } from "lucide-react";
import { Button } from "#components/ui/button.tsx";

type ErrorPanelProps = {
  title?: string;
  detail?: string;
  /** Shown small, for support: the problem's `request_id`, or an error's `digest`. */
  reference?: string | undefined;
  onRetry?: () => void;
};

/** Stands where something failed to load; the body of error.tsx and not-found.tsx. */
export function ErrorPanel({
  title = "This could not be loaded",
  detail = "Something went wrong on our side. Trying again may help.",
  reference,
  onRetry,
}: ErrorPanelProps) {
  return (
    <div
      role="alert"
      className="flex flex-col items-center gap-4 rounded-lg border bg-card px-6 py-14 text-center shadow-2xs"
    >
      <span className="flex size-10 items-center justify-center rounded-lg bg-destructive-subtle text-destructive-text">
        <TriangleAlert aria-hidden className="size-5" />
      </span>
      <div className="flex max-w-md flex-col gap-1">
        <p className="font-medium text-sm">{title}</p>
        <p className="text-[0.8125rem] text-muted-foreground">{detail}</p>
        {reference && (
          <p className="mt-1 text-muted-foreground text-xs">
            Reference <code className="select-all font-mono">{reference}</code>
          </p>
        )}
      </div>
      {onRetry && (
        <Button variant="outline" size="sm" onClick={onRetry}>
          <RotateCw aria-hidden /> Try again
        </Button>
      )}
    </div>
  );
}
