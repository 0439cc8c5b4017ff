/** How times, lengths, numbers and money look in the reader's language. */
import { useMemo } from "react";
import type { Language } from "./language";
import { useLanguage } from "./words";

type Moment = string | number | Date | null | undefined;

export interface Formats {
  readonly moment: (at: Moment) => string;
  readonly day: (at: Moment) => string;
  readonly clock: (at: Moment) => string;
  readonly ago: (at: Moment, now?: number) => string;
  readonly number: (value: number, digits?: number) => string;
  readonly percent: (share: number) => string;
  /** Seconds with two digits, as waits are given. */
  readonly wait: (seconds: number | null | undefined) => string;
  /** Seconds as m:ss. */
  readonly length: (seconds: number | null | undefined) => string;
  readonly money: (micros: number, currency: string) => string;
  readonly bytes: (count: number) => string;
}

const NOTHING = "–";

export function lengthOf(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return NOTHING;
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${hours ? String(minutes).padStart(2, "0") : minutes}:${String(rest).padStart(2, "0")}`;
  return hours ? `${hours}:${tail}` : tail;
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** The reader's region too, where their browser tells one of the language. */
export function localeOf(language: Language): string {
  return navigator.languages.find((tag) => tag.startsWith(language)) ?? (language === "en" ? "en-GB" : language);
}

function formats(language: Language): Formats {
  const locale = localeOf(language);
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
  const shown = (format: Intl.DateTimeFormat) => (at: Moment) =>
    at === null || at === undefined || at === "" ? NOTHING : format.format(new Date(at));
  return {
    moment: shown(moment),
    day: shown(day),
    clock: shown(clock),
    ago: (at, now = Date.now()) => {
      if (at === null || at === undefined || at === "") return NOTHING;
      const seconds = (new Date(at).getTime() - now) / 1000;
      const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
      return relative.format(Math.round(seconds / size), unit);
    },
    number,
    percent: (share) => percent.format(share),
    wait: (seconds) => (seconds === null || seconds === undefined ? NOTHING : `${number(seconds, 2)} s`),
    length: lengthOf,
    money: (micros, currency) =>
      new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: 4 }).format(micros / 1e6),
    bytes: (count) => (count < 1e6 ? `${number(count / 1e3, 1)} kB` : `${number(count / 1e6, 1)} MB`),
  };
}

export function useFormats(): Formats {
  const { language } = useLanguage();
  return useMemo(() => formats(language), [language]);
}
