import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Anmelden",
  to: (name: string) => `Bei ${name} anmelden`,
  email: "E-Mail-Adresse",
  password: "Passwort",
  showPassword: "Das Passwort zeigen oder verbergen",
  submit: "Anmelden",
  forgot: "Passwort vergessen?",
  second: "Noch ein Schritt",
  code: "Code",
  codeHint: "Aus Ihrer Authenticator-App, oder einer Ihrer Wiederherstellungscodes",
  verify: "Weiter",
  again: "Von vorn beginnen",
};

export default de;
