/** Stretches of time that end now, on the edge of a step, so that the same one is asked for within a step. */

export const STRETCHES = { day: 86_400, week: 7 * 86_400, month: 30 * 86_400 } as const;

export type Stretch = keyof typeof STRETCHES;

const STEPS: Readonly<Record<Stretch, number>> = { day: 3_600, week: 21_600, month: 86_400 };

export function stretchTo(stretch: Stretch, now: number): { from: string; to: string } {
  const step = STEPS[stretch] * 1000;
  const offset = stretch === "day" ? 0 : new Date(now).getTimezoneOffset() * 60_000; // days begin where the reader is
  const end = (Math.floor((now - offset) / step) + 1) * step + offset;
  return { from: new Date(end - STRETCHES[stretch] * 1000).toISOString(), to: new Date(end).toISOString() };
}
