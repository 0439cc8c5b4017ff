import { IconUsers } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "people",
  label: { en: "People", de: "Personen" },
  icon: IconUsers,
  section: "house",
  order: 10,
  roles: ["admin"],
  go: "p",
  load: () => import("./people"),
};
