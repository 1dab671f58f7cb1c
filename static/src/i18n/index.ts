// Looks texts up in the reader's language. Keys are the same in every catalogue (a test holds them to it).

import en from "./en.json";
import fr from "./fr.json";
import { LANGUAGES } from "../state";
import type { Language } from "../state";

export const CATALOGUES: Record<Language, Record<string, string>> = { en, fr };
export const LOCALES: Record<Language, string> = { en: "en-GB", fr: "fr-FR" };

let current: Language = "en";

export function setLanguage(language: Language): void {
  current = language;
}

export function language(): Language {
  return current;
}

/** The first of the browser's languages that we have; English otherwise. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = LANGUAGES.find((candidate) => tag.toLowerCase().startsWith(candidate));
    if (found) return found;
  }
  return "en";
}

export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = CATALOGUES[current][key] ?? CATALOGUES.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** `key.one` or `key.other` by the language's plural rule, with `{count}` in the reader's digits. */
export function plural(key: string, count: number, values: Record<string, string | number> = {}): string {
  const rule = new Intl.PluralRules(LOCALES[current]).select(count) === "one" ? "one" : "other";
  return t(`${key}.${rule}`, { count: new Intl.NumberFormat(LOCALES[current]).format(count), ...values });
}

/** Has the catalogue a text for this key? For values that come with the data. */
export function has(key: string): boolean {
  return key in CATALOGUES[current];
}
