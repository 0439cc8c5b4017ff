import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Einstellungen",
  hint: "Ihre Marke, und was Ihre Gespräche begrenzt. Was leer bleibt, wird geerbt.",
  brand: "Marke",
  brand_name: "Name",
  brand_color: "Farbe",
  brand_accent_color: "Zweite Farbe",
  brand_domain: "Domain",
  domainHint: "Der Hostname, unter dem Ihre Leute die Konsole öffnen",
  mail_from: "Absender der Mails",
  inherited: (value: string) => `Geerbt: ${value}`,
  preview: "Vorschau",
  previewHint: "So sehen Knöpfe und Links aus, hell und dunkel.",
  button: "Ein Knopf",
  link: "Ein Link",
  logo: "Logo",
  logoHint: "PNG, WebP oder SVG, höchstens ein halbes Megabyte",
  upload: "Logo hochladen",
  removeLogo: "Logo entfernen",
  logoRemoved: "Das Logo ist entfernt",
  limits: "Grenzen",
  limitsHint: "Wer über Ihnen steht, setzt sie; auch die von allen darüber zählen.",
  limit_calls: "Gespräche gleichzeitig",
  limit_calls_per_minute: "Gespräche, die in einer Minute beginnen",
  limit_seats: "Personen, die Anrufe annehmen",
  none: "keine Grenze",
  sip: "Telefone melden sich an bei",
  currency: "Währung",
};

export default de;
