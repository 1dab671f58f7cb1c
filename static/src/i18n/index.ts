// Looks texts up in the reader's language. Keys are the same in every catalogue (a test holds them to it).
// English is in the page; the others come when they are chosen.

import en from "./en.json";
import { LANGUAGES } from "../state";
import type { Language } from "../state";

export type Catalogue = Record<string, string>;

const loaded: Partial<Record<Language, Catalogue>> = { en };
const LOADERS: Record<Language, () => Promise<{ default: Catalogue }>> = {
  en: () => Promise.resolve({ default: en }),
  fr: () => import("./fr.json"),
  ar: () => import("./ar.json"),
};

/** For Intl. Digits are the Latin ones, which the region's Arabic press uses too. */
export const LOCALES: Record<Language, string> = { en: "en-GB", fr: "fr-FR", ar: "ar-u-nu-latn" };

let current: Language = "en";

/** To be awaited before the language is set. */
export async function loadLanguage(language: Language): Promise<void> {
  loaded[language] ??= (await LOADERS[language]()).default;
}

export function setLanguage(language: Language): void {
  current = language;
}

export function language(): Language {
  return current;
}

/** The first of the browser's languages that we have; English otherwise. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = LANGUAGES.find((candidate) => tag.toLowerCase().split("-")[0] === candidate);
    if (found) return found;
  }
  return "en";
}

export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = loaded[current]?.[key] ?? en[key as keyof typeof en] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => isolated(String(values[name] ?? whole)));
}

/** In Arabic a name in Latin letters keeps its brackets and commas to itself (Unicode UAX 9, FSI and PDI). */
function isolated(value: string): string {
  return current === "ar" && /[A-Za-z]/.test(value) ? `\u2068${value}\u2069` : value;
}

const rules = new Map<Language, { plural: Intl.PluralRules; number: Intl.NumberFormat }>();

/**
 * `key.one`, `key.other` (in Arabic also `two` and `few`) by the language's plural rule, with `{count}` in the reader's digits. Rules
 * that the catalogue has no text for fall back to `other`.
 */
export function plural(key: string, count: number, values: Record<string, string | number> = {}): string {
  let rule = rules.get(current);
  if (!rule) {
    rule = { plural: new Intl.PluralRules(LOCALES[current]), number: new Intl.NumberFormat(LOCALES[current]) };
    rules.set(current, rule);
  }
  const named = `${key}.${rule.plural.select(count)}`;
  return t(has(named) ? named : `${key}.other`, { count: rule.number.format(count), ...values });
}

/** Has the catalogue a text for this key? For values that come with the data. */
export function has(key: string): boolean {
  return key in (loaded[current] ?? en);
}
