import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  failed: "Das konnte nicht geladen werden",
  offline: "Der Server antwortet nicht. Prüfen Sie die Verbindung, oder warten Sie, bis er neu gestartet ist.",
  retry: "Noch einmal",
  loading: "Wird geladen …",
  more: "Mehr laden",
  sure: "Sind Sie sicher?",
  cancel: "Abbrechen",
  save: "Speichern",
  saved: "Gespeichert",
  create: "Anlegen",
  close: "Schließen",
  remove: "Entfernen",
  edit: "Bearbeiten",
  actions: "Aktionen",
  copy: "Kopieren",
  copied: "Kopiert",
  leave: "Ohne Speichern verlassen?",
  leaveHint: "Was Sie auf dieser Seite geändert haben, ist nicht gespeichert.",
  stay: "Bleiben",
  leaveAnyway: "Verlassen",
  onlyNow: "Das wird nur jetzt gezeigt. Kopieren und sicher aufbewahren: Niemand kann es noch einmal zeigen.",
  unknownField: "Nicht angenommen",
};

export default de;
