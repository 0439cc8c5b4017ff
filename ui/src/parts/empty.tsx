import { Center, Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** Where a list has nothing: what would be here, and how to get it. */
export function Empty({
  icon: Shown,
  title,
  order = 2,
  children,
}: {
  icon: Icon;
  title: string;
  order?: 1 | 2;
  children?: ReactNode;
}) {
  return (
    <Paper withBorder bg="var(--card)" p="xl">
      <Center>
        <Stack align="center" gap="sm" maw={460} ta="center">
          <ThemeIcon size={48} radius="xl" variant="light" aria-hidden>
            <Shown size={26} />
          </ThemeIcon>
          <Title order={order}>{title}</Title>
          {typeof children === "string" ? <Text c="dimmed">{children}</Text> : children}
        </Stack>
      </Center>
    </Paper>
  );
}
