import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Telefone",
  hint: "SIP-Konten, mit denen sich Softphones und Tischtelefone anmelden, und die Geräte, die jetzt da sind.",
  add: "Konto anlegen",
  none: "Es gibt keine Konten",
  noneHint: "Legen Sie für jede Person oder jedes Telefon eines an; Name und Passwort kommen in das Telefon.",
  name: "Name",
  nameHint: "Der Teil vor dem @ seiner Adresse",
  shown: "Angezeigt als",
  address: "Adresse",
  state: "Stand",
  enabled: "freigegeben",
  disabled: "gesperrt",
  devices: "Geräte",
  disable: "Sperren",
  enable: "Freigeben",
  password: "Neues Passwort",
  passwordSure: (name: string) => `${name} ein anderes Passwort geben?`,
  passwordHint: "Geräte mit dem alten werden abgemeldet.",
  passwordOf: (uri: string) => `Passwort von ${uri}`,
  removeSure: (name: string) => `${name} entfernen?`,
  removeHint: "Seine Geräte werden abgemeldet. Laufende Gespräche gehen weiter.",
  removed: "Das Konto ist entfernt",
  refused: "Das Konto wurde nicht angelegt",
  actionsOf: (name: string) => `Aktionen für ${name}`,
  registered: "Jetzt angemeldet",
  noDevices: "Kein Gerät ist angemeldet.",
  account: "Konto",
  device: "Gerät",
  where: "Wo",
  by: "Über",
  letGo: "Abmelden",
  letGoOf: (name: string) => `${name} abmelden`,
};

export default de;
