import { IconSettings } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "settings",
  label: { en: "Settings", de: "Einstellungen" },
  icon: IconSettings,
  section: "house",
  order: 50,
  roles: ["admin"],
  go: "s",
  load: () => import("./settings"),
};
