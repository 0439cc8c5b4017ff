/** Who is signed in, how the console looks and speaks, and the way out. */
import { Avatar, Menu, Text, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconDeviceDesktop, IconLanguage, IconLogout, IconMoon, IconSun } from "@tabler/icons-react";
import { complain } from "@/parts/toasts";
import { isLanguage, LANGUAGES } from "@/words/language";
import { useLanguage, useWords } from "@/words/words";
import { useSession } from "./session";
import { TenantItems } from "./tenants";
import { WORDS } from "./words";

const SCHEMES = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon } as const;

export function AccountMenu() {
  const t = useWords(WORDS);
  const { person, signOut } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { language, speak } = useLanguage();
  const name = person.name || person.email;
  return (
    <Menu position="bottom-end" width={250} withinPortal>
      <Menu.Target>
        <UnstyledButton aria-label={t.account(name)} style={{ borderRadius: "50%" }}>
          <Avatar name={name} color="brand" size={36} alt="" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Text size="sm" fw={600} px="sm" pt={6} truncate>
          {name}
        </Text>
        <Text size="xs" c="dimmed" px="sm" pb={6} truncate>
          {person.email} · {person.role}
        </Text>
        <TenantItems />
        <Menu.Divider />
        <Menu.Label>{t.appearance}</Menu.Label>
        {(["auto", "light", "dark"] as const).map((scheme) => {
          const Shown = SCHEMES[scheme];
          return (
            <Menu.Item
              key={scheme}
              leftSection={<Shown size={16} />}
              rightSection={colorScheme === scheme && <IconCheck size={16} />}
              onClick={() => setColorScheme(scheme)}
              aria-current={colorScheme === scheme}
            >
              {t.scheme[scheme]}
            </Menu.Item>
          );
        })}
        <Menu.Divider />
        <Menu.Label>{t.language}</Menu.Label>
        {Object.entries(LANGUAGES).map(([tag, called]) => (
          <Menu.Item
            key={tag}
            lang={tag}
            leftSection={<IconLanguage size={16} />}
            rightSection={language === tag && <IconCheck size={16} />}
            onClick={() => isLanguage(tag) && speak(tag)}
            aria-current={language === tag}
          >
            {called}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut().catch(complain)}>
          {t.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
