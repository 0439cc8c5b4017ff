/**
 * What the console says, in the reader's language.
 *
 * English comes with the code that uses it; another language is loaded when it is chosen. The English catalogue is
 * also the type of the others, so what is missing in one of them does not compile.
 */
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState, useTransition } from "react";
import { firstLanguage, type InEach, keepLanguage, type Language } from "./language";

type Phrase = string | ((...values: never[]) => string);

/** The same keys, with any text; a phrase with values keeps its parameters. */
export type Translated<T> = {
  readonly [K in keyof T]: T[K] extends (...values: infer V) => string
    ? (...values: V) => string
    : T[K] extends string
      ? string
      : Translated<T[K]>;
};

type Load<T> = () => Promise<{ default: Translated<T> }>;

export interface Words<T> {
  readonly en: T;
  readonly de: Load<T>;
  readonly loaded: Partial<Record<Language, Promise<Translated<T>>>>;
}

/** Declare a catalogue: `const WORDS = words(en, () => import("./de"))`. */
export function words<T extends Record<string, Phrase | Record<string, Phrase>>>(en: T, de: Load<T>): Words<T> {
  return { en, de, loaded: {} };
}

interface Speaking {
  readonly language: Language;
  readonly speak: (language: Language) => void;
}

const Spoken = createContext<Speaking>({ language: "en", speak: () => undefined });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  const [, start] = useTransition();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const speak = useCallback((wanted: Language) => {
    keepLanguage(wanted);
    start(() => setLanguage(wanted)); // the page stays as it is until the other words have come
  }, []);
  const speaking = useMemo(() => ({ language, speak }), [language, speak]);
  return <Spoken value={speaking}>{children}</Spoken>;
}

export function useLanguage(): Speaking {
  return use(Spoken);
}

/** Return the catalogue in the reader's language; waits for it, once. */
export function useWords<T>(catalogue: Words<T>): Translated<T> {
  const { language } = use(Spoken);
  if (language === "en") return catalogue.en as Translated<T>;
  catalogue.loaded[language] ??= catalogue[language]().then((module) => module.default);
  return use(catalogue.loaded[language]);
}

/** Return what is given in every language, in the reader's. */
export function useSpoken(): (label: InEach) => string {
  const { language } = use(Spoken);
  return useCallback((label: InEach) => label[language], [language]);
}
