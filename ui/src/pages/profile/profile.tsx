import { Button, Group, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, signedOut } from "@/api/client";
import { useSession } from "@/frame/session";
import { Card } from "@/parts/card";
import { useConfirm } from "@/parts/confirm";
import { Heading } from "@/parts/heading";
import { complain, tell } from "@/parts/toasts";
import { Unsaved } from "@/parts/unsaved";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { PasswordForm, PinForm } from "./forms";
import { SecondStep } from "./second-step";
import { WORDS } from "./words";

export default function Profile() {
  const t = useWords(WORDS);
  const confirm = useConfirm();
  const everywhere = () =>
    api.POST("/api/auth/logout-everywhere").then(() => void signedOut.dispatchEvent(new Event("signed-out")), complain);
  return (
    <Stack>
      <Heading title={t.title} hint={t.hint} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} style={{ alignItems: "start" }}>
        <Name />
        <PasswordForm />
        <SecondStep />
        <PinForm />
        <Card title={t.everywhere}>
          <Text size="sm" mb="sm">
            {t.everywhereHint}
          </Text>
          <Button
            variant="default"
            onClick={() =>
              confirm({ title: t.everywhere, hint: t.everywhereHint, verb: t.everywhere, act: everywhere })
            }
          >
            {t.everywhere}
          </Button>
        </Card>
      </SimpleGrid>
    </Stack>
  );
}

function Name() {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const { person } = useSession();
  const client = useQueryClient();
  const [name, setName] = useState(person.name);
  const changed = name !== person.name;
  const save = async () => {
    await api.PATCH("/api/auth/me", { body: { name: name.trim() } });
    tell(t.nameSaved);
    await client.invalidateQueries({ queryKey: ["get", "/api/auth/me"] });
  };
  return (
    <Card title={t.name}>
      <Unsaved when={changed} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save().catch(complain);
        }}
      >
        <Stack gap="sm">
          <TextInput
            label={t.name}
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group>
            <Button type="submit" disabled={!changed || !name.trim()}>
              {parts.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
