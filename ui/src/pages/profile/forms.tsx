import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, signedOut } from "@/api/client";
import { Card } from "@/parts/card";
import { complain, tell } from "@/parts/toasts";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

export function PasswordForm() {
  const t = useWords(WORDS);
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const save = async () => {
    await api.PATCH("/api/auth/me", { body: { old_password: old, password: fresh } });
    signedOut.dispatchEvent(new Event("signed-out"));
  };
  return (
    <Card title={t.password}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save().catch(complain);
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{t.passwordHint}</Text>
          <PasswordInput
            label={t.old}
            autoComplete="current-password"
            required
            value={old}
            onChange={(event) => setOld(event.currentTarget.value)}
          />
          <PasswordInput
            label={t.fresh}
            autoComplete="new-password"
            required
            value={fresh}
            onChange={(event) => setFresh(event.currentTarget.value)}
          />
          <Group>
            <Button type="submit" disabled={!old || !fresh}>
              {t.change}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

export function PinForm() {
  const t = useWords(WORDS);
  const [pin, setPin] = useState("");
  const save = () =>
    api.PUT("/api/auth/me/pin", { body: { pin } }).then(() => {
      setPin("");
      tell(t.pinSet);
    });
  const remove = () => api.DELETE("/api/auth/me/pin").then(() => tell(t.pinGone));
  return (
    <Card title={t.pin}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save().catch(complain);
        }}
      >
        <Stack gap="sm">
          <PasswordInput
            label={t.pin}
            description={t.pinHint}
            inputMode="numeric"
            autoComplete="off"
            value={pin}
            onChange={(event) => setPin(event.currentTarget.value)}
          />
          <Group>
            <Button type="submit" disabled={!/^\d{4,12}$/.test(pin)}>
              {t.change}
            </Button>
            <Button variant="default" onClick={() => void remove().catch(complain)}>
              {t.takeAway}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
