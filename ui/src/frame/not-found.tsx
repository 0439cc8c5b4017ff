import { Button, Stack, Text } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { Link } from "react-router";
import { Empty } from "@/parts/empty";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

export function NotFound() {
  const t = useWords(WORDS);
  return (
    <Empty icon={IconMapOff} title={t.noPage} order={1}>
      <Stack align="center">
        <Text c="dimmed">{t.noPageHint}</Text>
        <Button component={Link} to="/">
          {t.home}
        </Button>
      </Stack>
    </Empty>
  );
}
