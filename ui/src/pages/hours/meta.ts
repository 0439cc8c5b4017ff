import { IconClock } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "hours",
  label: { en: "Business hours", de: "Geschäftszeiten" },
  icon: IconClock,
  section: "connect",
  order: 15,
  load: () => import("./hours"),
};
