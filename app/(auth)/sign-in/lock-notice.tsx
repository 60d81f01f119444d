"use client";

import { useEffect, useState } from "react";
import { Alert } from "#components/ui/alert.tsx";

/** Counts down to `until` (epoch ms); read out once, not every second. */
export function LockNotice({ until }: { until: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);

  const leftSeconds = Math.max(0, Math.ceil((until - now) / 1000));
  if (leftSeconds === 0) {
    return (
      <Alert tone="info" title="You can try again now" role="status">
        Each further wrong password locks the account for longer.
      </Alert>
    );
  }
  return (
    <Alert tone="danger" title="Too many wrong passwords" aria-live="off">
      Too many wrong passwords. Try again in {leftSeconds} s.
    </Alert>
  );
}
