/**
 * What a page tells about itself. Every folder below `pages/` with a `meta.ts` is a page: put one there, and it has its
 * route, its place in the navigation, its key and its line in the command palette.
 */
import type { Icon } from "@tabler/icons-react";
import type { ComponentType } from "react";
import type { Role } from "@/api/people";
import type { InEach } from "@/words/language";

export type Section = "work" | "build" | "connect" | "house";

type Load = () => Promise<{ default: ComponentType }>;

export interface Page {
  /** Below /console; empty for the first page. */
  readonly path: string;
  readonly label: InEach;
  readonly icon: Icon;
  readonly section: Section;
  /** Place within the section. */
  readonly order: number;
  /** Who may use it; left out: everybody who is signed in. */
  readonly roles?: readonly Role[];
  /** `g` and then this key lead here. */
  readonly go?: string;
  readonly load: Load;
  /** Further routes, such as `calls/:call`. */
  readonly more?: readonly { readonly path: string; readonly load: Load }[];
}

export const SECTIONS: readonly Section[] = ["work", "build", "connect", "house"];

const found = import.meta.glob<{ page: Page }>("../pages/*/meta.ts", { eager: true });

export const PAGES: readonly Page[] = Object.values(found)
  .map((module) => module.page)
  .sort((a, b) => SECTIONS.indexOf(a.section) - SECTIONS.indexOf(b.section) || a.order - b.order);

export function pagesFor(role: Role): readonly Page[] {
  return PAGES.filter((page) => !page.roles || page.roles.includes(role));
}
