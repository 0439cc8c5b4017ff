import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Protokoll",
  hint: "Wer was geändert und wer sich angemeldet hat, das Neueste zuerst.",
  none: "Im Protokoll steht nichts dergleichen",
  noneHint: "Änderungen und Anmeldungen erscheinen hier, sobald sie geschehen.",
  action: "Handlung",
  actionHint: "Wie sie beginnt",
  subject: "Woran",
  when: "Wann",
  actor: "Wer",
  outcome: "Ergebnis",
  address: "Von",
};

export default de;
