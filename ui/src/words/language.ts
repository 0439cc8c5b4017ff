/** The languages of the console; the first is spoken where no other fits. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;

export type Language = keyof typeof LANGUAGES;

export type InEach = Record<Language, string>;

const KEPT = "switchroom-language";

export function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag);
}

/** What was chosen here before, else the first of the browser's languages that we speak. */
export function firstLanguage(kept = localStorage.getItem(KEPT), wanted = navigator.languages): Language {
  const tags = [kept ?? "", ...wanted.map((tag) => tag.slice(0, 2).toLowerCase())];
  return tags.find(isLanguage) ?? "en";
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEPT, language);
}
