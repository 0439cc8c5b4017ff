import { IconRobot } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "agents",
  label: { en: "Agents", de: "Agenten" },
  icon: IconRobot,
  section: "build",
  order: 10,
  go: "a",
  load: () => import("./agents"),
  more: [{ path: "agents/:agent", load: () => import("./agent") }],
};
