import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "API-Schlüssel",
  hint: "Damit melden sich Programme an. Ein Schlüssel wird einmal gezeigt und darf nur, was seine Bereiche erlauben.",
  make: "Schlüssel anlegen",
  none: "Es gibt keine Schlüssel",
  noneHint: "Legen Sie für jedes Programm einen eigenen an, damit jeder für sich widerrufen werden kann.",
  name: "Name",
  nameHint: "Woran man ihn erkennt, etwa das Programm, das ihn hat",
  scopes: "Darf",
  scope: {
    "calls:read": "Gespräche lesen",
    "calls:write": "Gespräche führen und steuern",
    "admin:read": "Einstellungen lesen",
    "admin:write": "Einstellungen ändern",
    mcp: "Werkzeuge benutzen (MCP)",
    "agent:process": "Agenten schreiben",
  },
  expires: "Gültig bis",
  expiresHint: "Leer: bis er widerrufen wird",
  never: "unbegrenzt",
  used: "Zuletzt benutzt",
  notUsed: "nie",
  state: "Stand",
  good: "gültig",
  revoked: "widerrufen",
  expired: "abgelaufen",
  revoke: "Widerrufen",
  revokeOf: (name: string) => `${name} widerrufen`,
  revokeSure: (name: string) => `Den Schlüssel ${name} widerrufen?`,
  revokeHint: "Programme, die ihn benutzen, werden ab jetzt abgewiesen. Das lässt sich nicht zurücknehmen.",
  revokedNow: "Der Schlüssel ist widerrufen",
  refused: "Der Schlüssel wurde nicht angelegt",
  made: (name: string) => `Der Schlüssel ${name}`,
  noScope: "Wählen Sie mindestens einen Bereich",
};

export default de;
