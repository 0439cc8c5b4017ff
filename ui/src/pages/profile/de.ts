import type { Translated } from "@/words/words";
import type { en } from "./words";

const de: Translated<typeof en> = {
  title: "Ihr Konto",
  hint: "Ihr Name, Passwort, Ihre PIN und der zweite Schritt.",
  name: "Name",
  nameSaved: "Ihr Name ist gespeichert",
  refused: "Es wurde nicht gespeichert",
  password: "Passwort",
  old: "Bisheriges Passwort",
  fresh: "Neues Passwort",
  change: "Ändern",
  passwordHint: "Ein neues Passwort meldet Sie überall ab, auch hier.",
  pin: "PIN",
  pinHint: "4 bis 12 Ziffern, um am Telefon zu sagen, wer Sie sind. Sie wird nie gezeigt.",
  pinSet: "Die PIN ist gesetzt",
  pinGone: "Die PIN ist weggenommen",
  takeAway: "Wegnehmen",
  second: "Zweiter Schritt",
  on: "Beim Anmelden wird ein Code verlangt.",
  off: "Zum Anmelden genügt Ihr Passwort. Mit einem Code aus einer Authenticator-App reicht ein gestohlenes Passwort nicht.",
  turnOn: "Einschalten",
  turnOff: "Ausschalten",
  secret: "Geben Sie das in Ihre Authenticator-App ein",
  recovery: "Wiederherstellungscodes, jeder einmal gültig",
  code: "Code aus der App",
  confirm: "Bestätigen",
  isOn: "Der zweite Schritt ist eingeschaltet",
  isOff: "Der zweite Schritt ist ausgeschaltet",
  everywhere: "Überall abmelden",
  everywhereHint: "Jeder Browser und jedes Programm, das als Sie angemeldet ist, muss sich neu anmelden.",
};

export default de;
