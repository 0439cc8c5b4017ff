import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Anmelden",
  to: (name: string) => `Bei ${name} anmelden`,
  email: "E-Mail-Adresse",
  password: "Passwort",
  submit: "Anmelden",
};

export default de;
