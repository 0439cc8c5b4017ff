import { IconWaveSine } from "@tabler/icons-react";
import type { Page } from "@/frame/page";

export const page: Page = {
  path: "voice-models",
  label: { en: "Voice models", de: "Sprachmodelle" },
  icon: IconWaveSine,
  section: "build",
  order: 30,
  load: () => import("./voice-models"),
};
