import { Alert, Button, Code, CopyButton, Group } from "@mantine/core";
import { IconCopy, IconKey } from "@tabler/icons-react";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

/** Something that is shown this once: a key, a password, a secret. */
export function Secret({ label, value }: { label: string; value: string }) {
  const t = useWords(WORDS);
  return (
    <Alert
      color="yellow"
      variant="outline"
      icon={<IconKey />}
      title={label}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      {t.onlyNow}
      <Group mt="sm" gap="xs" wrap="nowrap" align="flex-start">
        <Code block style={{ flex: 1, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {value}
        </Code>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" leftSection={<IconCopy size={16} />} onClick={copy}>
              {copied ? t.copied : t.copy}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Alert>
  );
}
