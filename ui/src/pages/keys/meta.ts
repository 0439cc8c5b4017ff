import { IconKey } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "keys",
  label: { en: "API keys", de: "API-Schlüssel" },
  icon: IconKey,
  section: "house",
  order: 40,
  roles: ["admin"],
  go: "k",
  load: () => import("./keys"),
};
