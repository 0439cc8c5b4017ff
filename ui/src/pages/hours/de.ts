import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Geschäftszeiten",
  hint: "Wochen und Feiertage, nach denen Nummern beantwortet werden. Mehrere Nummern können sie teilen.",
  add: "Geschäftszeiten anlegen",
  none: "Es gibt keine Geschäftszeiten",
  noneHint:
    "Ohne sie ist eine Nummer immer geöffnet. Legen Sie eine Woche an und wählen Sie sie bei den Nummern, die sich danach richten.",
  name: "Name",
  zone: "Zeitzone",
  zoneHint: "Alle Zeiten gelten nach der Uhr dieses Orts",
  week: "Woche",
  days: {
    monday: "Montag",
    tuesday: "Dienstag",
    wednesday: "Mittwoch",
    thursday: "Donnerstag",
    friday: "Freitag",
    saturday: "Samstag",
    sunday: "Sonntag",
  },
  closedAllDay: "geschlossen",
  opens: (day: string, place: number) => `${day}, öffnet (${place})`,
  closes: (day: string, place: number) => `${day}, schließt (${place})`,
  addSpan: "Zeiten hinzufügen",
  addSpanOf: (day: string) => `Zeiten am ${day} hinzufügen`,
  removeSpan: (day: string, place: number) => `Zeiten ${place} am ${day} entfernen`,
  overnight: "bis zum Tag danach",
  spanHint: "24-Stunden-Uhr, etwa 09:00 bis 17:30. Was früher schließt, als es öffnet, geht über Mitternacht hinaus.",
  holidays: "Feiertage",
  holidayName: (place: number) => `Name von Feiertag ${place}`,
  first: "Erster Tag",
  last: "Letzter Tag",
  addHoliday: "Feiertag hinzufügen",
  removeHoliday: (name: string) => `Feiertag ${name} entfernen`,
  holidayCount: (count: number) => (count === 1 ? "1 Feiertag" : `${count} Feiertage`),
  now: "Jetzt",
  states: { open: "geöffnet", closed: "geschlossen", holiday: "Feiertag" },
  refused: "Die Geschäftszeiten wurden nicht gespeichert",
  editOf: (name: string) => `${name} bearbeiten`,
  removeOf: (name: string) => `${name} entfernen`,
  removeSure: (name: string) => `${name} entfernen?`,
  removeHint: "Zeiten, nach denen sich eine Nummer richtet, bleiben: geben Sie der Nummer zuerst andere.",
  removed: "Sie wurden entfernt",
};

export default de;
