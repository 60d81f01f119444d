/** Seconds of each unit that a life is given in. */
export const units = { minutes: 60, hours: 3_600, days: 86_400 };

export type Unit = keyof typeof units;

/** A life in the largest unit that it is whole in: "90 minutes", "1 day". */
export function lifeText(seconds: number): string {
  const [unit, length] =
    Object.entries(units)
      .reverse()
      .find(([, of]) => seconds % of === 0) ?? (["seconds", 1] as const);
  const amount = seconds / length;
  return `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;
}
