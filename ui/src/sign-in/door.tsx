import { Anchor, Center, Group, Paper, Stack, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { useBrand } from "@/frame/brand";
import { isLanguage, LANGUAGES } from "@/words/language";
import { useLanguage } from "@/words/words";

/** What stands around the forms for those who are not signed in: the brand, and the choice of the language. */
export function Door({ title, children }: { title: string; children: ReactNode }) {
  const brand = useBrand();
  const { language, speak } = useLanguage();
  useEffect(() => {
    document.title = `${title} · ${brand.name}`;
  }, [title, brand.name]);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack w="100%" maw={400}>
        <Stack align="center" gap="xs">
          <img src={brand.logo} alt="" height={44} />
          <Title order={1} ta="center">
            {title}
          </Title>
        </Stack>
        <Paper withBorder p="lg" bg="var(--card)">
          {children}
        </Paper>
        <Group justify="center" gap="md">
          {Object.entries(LANGUAGES).map(([tag, name]) => (
            <Anchor
              key={tag}
              component="button"
              type="button"
              size="sm"
              lang={tag}
              fw={tag === language ? 700 : 400}
              aria-current={tag === language}
              onClick={() => isLanguage(tag) && speak(tag)}
            >
              {name}
            </Anchor>
          ))}
        </Group>
      </Stack>
    </Center>
  );
}
