import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Zugangsdaten",
  hint: "Schlüssel von Modellen und Stimmen, Token und Passwörter von Anbietern, unter Namen. Sie sind versiegelt: hier kann sie niemand mehr lesen.",
  none: "Es werden keine Zugangsdaten aufbewahrt",
  noneHint:
    "Bewahren Sie einen Schlüssel unter einem Namen auf und verweisen Sie dann auf ihn, etwa credential: openai.",
  add: "Zugangsdaten aufbewahren",
  refused: "Es wurde nicht aufbewahrt",
  name: "Name",
  nameHint: "Kleinbuchstaben, Ziffern, - und _",
  kind: "Was es ist",
  kinds: { provider: "Schlüssel eines Modells oder einer Stimme", oauth: "Token", sip: "Passwort eines Anbieters" },
  secret: "Geheimnis",
  ends: "Endet auf",
  used: "Zuletzt benutzt",
  never: "nie",
  changed: "Geändert",
  rotate: "Ersetzen",
  rotateOf: (name: string) => `Das Geheimnis von ${name} ersetzen`,
  rotated: "Ab jetzt gilt das neue Geheimnis",
  removeOf: (name: string) => `${name} vergessen`,
  removeHint: "Was darauf verweist, funktioniert nicht mehr. Das Geheimnis ist nicht wiederzubekommen.",
  removed: "Es wurde vergessen",
};

export default de;
