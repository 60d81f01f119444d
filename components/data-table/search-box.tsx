"use client";

import { LoaderCircle, Search, X } from "lucide-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useEffect, useRef, useState, useTransition } from "react";
import { Button } from "#components/ui/button.tsx";
import { Input } from "#components/ui/input.tsx";
import { changeParams, firstPage } from "#components/ui/search-params.ts";

const DEBOUNCE_MS = 250;

type SearchBoxProps = {
  /** "Search tenants"; also the box's name. */
  label: string;
  /** The search parameter it writes. */
  param?: string;
};

/** A search that lives in the address: shareable, and the page reads it on the server. */
export function SearchBox({ label, param = "q" }: SearchBoxProps) {
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  const inAddress = params.get(param) ?? "";
  const [typed, setTyped] = useState(inAddress);
  const [pending, startTransition] = useTransition();
  const sent = useRef(inAddress);

  // Back, forward and links change the address from outside.
  useEffect(() => {
    if (inAddress === sent.current) return;
    sent.current = inAddress;
    setTyped(inAddress);
  }, [inAddress]);

  function search(text: string) {
    sent.current = text.trim();
    const href = pathname + changeParams(params, { [param]: sent.current, ...firstPage });
    startTransition(() => router.replace(href, { scroll: false }));
  }

  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  function searchSoon(text: string) {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(text), DEBOUNCE_MS);
  }

  function searchNow(text: string) {
    setTyped(text);
    clearTimeout(timer.current);
    search(text);
  }

  const Mark = pending ? LoaderCircle : Search;
  return (
    <search className="relative min-w-48 flex-1 sm:max-w-72">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          searchNow(typed);
        }}
      >
        <Mark
          aria-hidden
          className={`pointer-events-none absolute inset-y-0 left-2.5 my-auto size-4 text-muted-foreground ${pending ? "animate-spin" : ""}`}
        />
        <Input
          name={param}
          aria-label={label}
          placeholder={label}
          value={typed}
          onChange={(event) => searchSoon(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          className="h-8 px-8"
        />
        {typed && (
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Clear search"
            className="absolute inset-y-0 right-0.5 my-auto size-7 touch:size-10"
            onClick={() => searchNow("")}
          >
            <X aria-hidden />
          </Button>
        )}
      </form>
    </search>
  );
}
