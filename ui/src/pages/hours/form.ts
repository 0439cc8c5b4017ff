/** Business hours while they are edited: every day and holiday has lines, and a line its key, so that none is mixed up. */
import type { Schemas } from "@/api/client";

export type Hours = Schemas["HoursOut"];
type Form = Hours["form"];

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Day = (typeof DAYS)[number];

export interface Span {
  readonly key: number;
  readonly opens: string;
  readonly closes: string;
}

export interface Holiday {
  readonly key: number;
  readonly name: string;
  readonly first: string;
  readonly last: string;
}

export interface Edited {
  readonly name: string;
  readonly zone: string;
  readonly week: Readonly<Record<Day, readonly Span[]>>;
  readonly holidays: readonly Holiday[];
}

let made = 0;

export function freshSpan(after?: Span): Span {
  made += 1;
  return { key: made, opens: after ? after.closes : "09:00", closes: after ? "" : "17:00" };
}

export function freshHoliday(): Holiday {
  made += 1;
  return { key: made, name: "", first: "", last: "" };
}

/** A week from Monday to Friday is what most begin with. */
export function freshHours(zone: string): Edited {
  const week = Object.fromEntries(DAYS.map((day, place) => [day, place < 5 ? [freshSpan()] : []]));
  return { name: "", zone, week: week as unknown as Edited["week"], holidays: [] };
}

export function editedOf(form: Form): Edited {
  const week = Object.fromEntries(
    DAYS.map((day) => [day, (form.week?.[day] ?? []).map((span) => ({ ...freshSpan(), ...span }))]),
  );
  const holidays = (form.holidays ?? []).map((one) => ({ ...freshHoliday(), ...one, last: one.last ?? "" }));
  return { name: form.name, zone: form.zone, week: week as unknown as Edited["week"], holidays };
}

/** What the server is sent: days without times are left out, they are closed. */
export function bodyOf(edited: Edited): Form {
  const open = DAYS.filter((day) => edited.week[day].length > 0);
  return {
    name: edited.name.trim(),
    zone: edited.zone,
    week: Object.fromEntries(
      open.map((day) => [day, edited.week[day].map(({ opens, closes }) => ({ opens, closes }))]),
    ),
    holidays: edited.holidays.map(({ name, first, last }) => ({ name: name.trim(), first, last: last || null })),
  };
}

export function isOvernight(span: Span): boolean {
  return span.closes !== "" && span.closes <= span.opens;
}

export function zones(): string[] {
  return Intl.supportedValuesOf("timeZone");
}
