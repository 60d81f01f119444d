/** An amount of money in micro-units; null for a text that is none. Exact: no doubles in between. */
export function toMicros(text: string): number | null {
  const [, whole, part = ""] = /^(\d{1,7})(?:[.,](\d{1,6}))?$/.exec(text.trim()) ?? [];
  return whole === undefined ? null : Number(whole + part.padEnd(6, "0"));
}

/** The other way round, in full: `2.5` of 2,500,000. */
export function toAmount(micros: number): string {
  const digits = String(micros).padStart(7, "0");
  const part = digits.slice(-6).replace(/0+$/, "");
  return `${digits.slice(0, -6)}${part === "" ? "" : `.${part}`}`;
}
