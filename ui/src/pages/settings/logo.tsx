import { Button, FileButton, Group, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { api, ask, type Schemas } from "@/api/client";
import { Card } from "@/parts/card";
import { complain, tell } from "@/parts/toasts";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

export function Logo({ found }: { found: Schemas["SettingsOut"] }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const client = useQueryClient();
  const changed = () =>
    client.invalidateQueries({
      predicate: ({ queryKey }) => queryKey[0] === "brand" || queryKey[1] === "/api/v1/settings",
    });
  const upload = async (file: File | null) => {
    if (!file) return;
    const address = new URL("/api/v1/settings/logo", location.origin);
    await ask(new Request(address, { method: "PUT", body: file, headers: { "content-type": file.type } }));
    tell(parts.saved);
    await changed();
  };
  const remove = async () => {
    await api.DELETE("/api/v1/settings/logo");
    tell(t.logoRemoved);
    await changed();
  };
  return (
    <Card title={t.logo}>
      <Group>
        <img src={found.logo ?? "/static/icon.svg"} alt={t.logo} height={48} />
        <FileButton accept="image/png,image/webp,image/svg+xml" onChange={(file) => void upload(file).catch(complain)}>
          {(props) => (
            <Button variant="default" {...props}>
              {t.upload}
            </Button>
          )}
        </FileButton>
        {found.logo && (
          <Button variant="default" onClick={() => void remove().catch(complain)}>
            {t.removeLogo}
          </Button>
        )}
      </Group>
      <Text size="sm" c="dimmed" mt="xs">
        {t.logoHint}
      </Text>
    </Card>
  );
}
