import { IconSitemap } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "flows",
  label: { en: "Flows", de: "Abläufe" },
  icon: IconSitemap,
  section: "build",
  order: 20,
  roles: ["admin", "developer"],
  go: "f",
  load: () => import("./flows"),
  more: [{ path: "flows/:flow", load: () => import("./flow") }],
};
