import { Button, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { Card } from "@/parts/card";
import { Secret } from "@/parts/secret";
import { complain, tell } from "@/parts/toasts";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

/** Turned on with the password and a first code, off with the password. */
export function SecondStep() {
  const t = useWords(WORDS);
  const state = remote.useQuery("get", "/api/auth/totp");
  const [enrolled, setEnrolled] = useState<Schemas["Enrolled"] | null>(null);
  const [text, setText] = useState("");
  const on = state.data?.enabled === true;
  const act = async () => {
    if (enrolled) {
      await api.POST("/api/auth/totp/confirm", { body: { code: text.trim() } });
      setEnrolled(null);
      tell(t.isOn);
    } else if (on) {
      await api.POST("/api/auth/totp/disable", { body: { password: text } });
      tell(t.isOff);
    } else {
      const { data } = await api.POST("/api/auth/totp/enrol", { body: { password: text } });
      setEnrolled(data ?? null);
    }
    setText("");
    await state.refetch();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void act().catch(complain);
  };
  const field = {
    value: text,
    onChange: (event: { currentTarget: { value: string } }) => setText(event.currentTarget.value),
  };
  return (
    <Card title={t.second}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {!enrolled && <Text size="sm">{on ? t.on : t.off}</Text>}
          {enrolled && (
            <>
              <Secret label={t.secret} value={enrolled.secret} />
              <Secret label={t.recovery} value={enrolled.recovery_codes.join("\n")} />
            </>
          )}
          {enrolled ? (
            <TextInput label={t.code} inputMode="numeric" autoComplete="one-time-code" required {...field} />
          ) : (
            <PasswordInput label={t.password} autoComplete="current-password" required {...field} />
          )}
          <Group>
            <Button type="submit" disabled={!text || !state.data}>
              {enrolled ? t.confirm : on ? t.turnOff : t.turnOn}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
