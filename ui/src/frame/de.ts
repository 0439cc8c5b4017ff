import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  section: { work: "Arbeit", build: "Gestalten", connect: "Anschlüsse", house: "Haus" },
  navigation: "Hauptmenü",
  skip: "Zum Inhalt springen",
  openMenu: "Menü öffnen",
  closeMenu: "Menü schließen",
  search: "Gehe zu …",
  searchHint: "Seiten und Befehle suchen",
  nothingFound: "Nichts heißt so",
  scheme: { auto: "Wie das System", light: "Hell", dark: "Dunkel" },
  appearance: "Darstellung",
  language: "Sprache",
  account: (name: string) => `Konto von ${name}`,
  signOut: "Abmelden",
  shortcuts: "Tastenkürzel",
  shortcutsOpen: "Diese Hilfe zeigen",
  paletteOpen: "Zu jeder Seite und jedem Befehl",
  goTo: (page: string) => `Gehe zu ${page}`,
  after: "dann",
  toggleScheme: "Zwischen hell und dunkel wechseln",
  tenant: "Im Namen von",
  moreTenants: "Alle Organisationen …",
  actingFor: (tenant: string) => `Sie handeln für ${tenant}.`,
  back: "Zurück zur eigenen",
  voice: "Mit dem Agenten sprechen",
  noPage: "Diese Seite gibt es nicht",
  noPageHint: "Die Adresse ist vielleicht vertippt, oder Ihre Rolle hat diese Seite nicht.",
  home: "Zur Übersicht",
};

export default de;
