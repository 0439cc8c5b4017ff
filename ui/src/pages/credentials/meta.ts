import { IconLock } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "credentials",
  label: { en: "Credentials", de: "Zugangsdaten" },
  icon: IconLock,
  section: "connect",
  order: 40,
  roles: ["admin", "developer"],
  load: () => import("./credentials"),
};
