import { words } from "@/words/words";

export const en = {
  section: { work: "Work", build: "Build", connect: "Connect", house: "House" },
  navigation: "Main",
  skip: "Skip to the content",
  openMenu: "Open the navigation",
  closeMenu: "Close the navigation",
  search: "Go to …",
  searchHint: "Search pages and commands",
  nothingFound: "Nothing is called that",
  scheme: { auto: "As the system", light: "Light", dark: "Dark" },
  appearance: "Appearance",
  language: "Language",
  account: (name: string) => `Account of ${name}`,
  signOut: "Sign out",
  shortcuts: "Keyboard shortcuts",
  shortcutsOpen: "Show this help",
  paletteOpen: "Go to any page or command",
  goTo: (page: string) => `Go to ${page}`,
  after: "then",
  toggleScheme: "Switch between light and dark",
  tenant: "Acting for",
  moreTenants: "All organisations …",
  actingFor: (tenant: string) => `You act for ${tenant}.`,
  back: "Back to your own",
  voice: "Talk to the agent",
  noPage: "There is no such page",
  noPageHint: "The address may be mistyped, or your role does not have this page.",
  home: "Go to the overview",
};

export const WORDS = words(en, () => import("./de"));
