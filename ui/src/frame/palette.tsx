/** Every page and command by name: Ctrl or Cmd and K. */
import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { IconLanguage, IconLogout, IconMicrophone, IconSearch, IconSunMoon } from "@tabler/icons-react";
import { useNavigate } from "react-router";
import { complain } from "@/parts/toasts";
import { LANGUAGES } from "@/words/language";
import { useLanguage, useSpoken, useWords } from "@/words/words";
import { pagesFor } from "./page";
import { useSession } from "./session";
import { WORDS } from "./words";

export function Palette() {
  const t = useWords(WORDS);
  const spoken = useSpoken();
  const { role, signOut } = useSession();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme();
  const { language, speak } = useLanguage();
  const other = language === "en" ? "de" : "en";
  const actions: SpotlightActionData[] = [
    ...pagesFor(role).map((page) => ({
      id: `page-${page.path}`,
      label: spoken(page.label),
      description: t.section[page.section],
      leftSection: <page.icon size={20} stroke={1.6} />,
      onClick: () => void navigate(`/${page.path}`),
    })),
    {
      id: "voice",
      label: t.voice,
      leftSection: <IconMicrophone size={20} stroke={1.6} />,
      onClick: () => location.assign("/voice_assistant"),
    },
    {
      id: "scheme",
      label: t.toggleScheme,
      leftSection: <IconSunMoon size={20} stroke={1.6} />,
      onClick: () => setColorScheme(scheme === "dark" ? "light" : "dark"),
    },
    {
      id: "language",
      label: `${t.language}: ${LANGUAGES[other]}`,
      leftSection: <IconLanguage size={20} stroke={1.6} />,
      onClick: () => speak(other),
    },
    {
      id: "out",
      label: t.signOut,
      leftSection: <IconLogout size={20} stroke={1.6} />,
      onClick: () => void signOut().catch(complain),
    },
  ];
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      nothingFound={t.nothingFound}
      highlightQuery
      scrollable
      maxHeight={420}
      searchProps={{
        leftSection: <IconSearch size={20} stroke={1.6} />,
        placeholder: t.searchHint,
        "aria-label": t.searchHint,
      }}
    />
  );
}
