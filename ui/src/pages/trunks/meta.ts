import { IconAntennaBars5 } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "trunks",
  label: { en: "Trunks", de: "Leitungen" },
  icon: IconAntennaBars5,
  section: "connect",
  order: 20,
  go: "t",
  load: () => import("./trunks"),
  more: [{ path: "trunks/:trunk", load: () => import("./trunk") }],
};
