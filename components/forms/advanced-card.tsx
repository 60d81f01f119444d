"use client";

import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { get, useFormContext } from "react-hook-form";
import { Card, CardContent } from "#components/ui/card.tsx";

type AdvancedCardProps = {
  title: string;
  description: string;
  /** Names of the fields within, such as `http.retries`: a mistake in one of them opens the card. */
  names: readonly string[];
  children: ReactNode;
};

/** Fields that most people leave alone, closed at first. */
export function AdvancedCard({ title, description, names, children }: AdvancedCardProps) {
  const { errors } = useFormContext().formState;
  const [open, setOpen] = useState(false);
  const wrong = names.some((name) => get(errors, name) !== undefined);
  return (
    <Card>
      <details
        open={open || wrong}
        onToggle={(event) => setOpen(event.currentTarget.open)}
        className="group"
      >
        <summary className="flex cursor-pointer list-none items-start gap-2 rounded-lg px-4 py-4 focus-visible:outline-2 focus-visible:outline-ring sm:px-5 [&::-webkit-details-marker]:hidden">
          <ChevronRight
            aria-hidden
            className="mt-0.5 size-4 shrink-0 text-muted-foreground transition-transform group-open:rotate-90"
          />
          <span className="flex min-w-0 flex-col gap-1">
            <span className="font-semibold text-sm tracking-tight">{title}</span>
            <span className="text-[0.8125rem] text-muted-foreground">{description}</span>
          </span>
        </summary>
        <CardContent className="grid items-start gap-x-6 gap-y-5 pt-0 sm:grid-cols-2">
          {children}
        </CardContent>
      </details>
    </Card>
  );
}
