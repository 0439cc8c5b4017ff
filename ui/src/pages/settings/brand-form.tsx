import { Button, ColorInput, Group, Paper, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Schemas } from "@/api/client";
import { contrast, parseHex, readableShade, shades } from "@/frame/colour";
import { Card } from "@/parts/card";
import { Failed } from "@/parts/failed";
import { tell } from "@/parts/toasts";
import { Unsaved } from "@/parts/unsaved";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

const FIELDS = ["brand_name", "brand_color", "brand_accent_color", "brand_domain", "mail_from"] as const;
type Field = (typeof FIELDS)[number];
type Form = Record<Field, string>;

export function BrandForm({ found }: { found: Schemas["SettingsOut"] }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const client = useQueryClient();
  const first = Object.fromEntries(FIELDS.map((field) => [field, found.own[field] ?? ""])) as Form;
  const [form, setForm] = useState<Form>(first);
  const [problem, setProblem] = useState<unknown>(null);
  const changed = FIELDS.filter((field) => form[field] !== first[field]);
  const save = async () => {
    setProblem(null);
    const body = Object.fromEntries(changed.map((field) => [field, form[field].trim() || null]));
    await api.PATCH("/api/v1/settings", { body });
    tell(parts.saved);
    await client.invalidateQueries({ queryKey: ["get", "/api/v1/settings"] });
    await client.invalidateQueries({ queryKey: ["brand"] });
  };
  const field = (name: Field) => ({
    label: t[name],
    value: form[name],
    placeholder: found.effective[name] ? t.inherited(String(found.effective[name])) : undefined,
  });
  const write = (name: Field) => (event: { currentTarget: { value: string } }) =>
    setForm((before) => ({ ...before, [name]: event.currentTarget.value }));
  const pick = (name: Field) => (value: string) => setForm((before) => ({ ...before, [name]: value }));
  return (
    <Card title={t.brand}>
      <Unsaved when={changed.length > 0} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save().catch(setProblem);
        }}
      >
        <Stack gap="sm">
          {problem !== null && <Failed error={problem} />}
          <TextInput {...field("brand_name")} maxLength={100} onChange={write("brand_name")} />
          <SimpleGrid cols={2}>
            <ColorInput {...field("brand_color")} format="hex" withEyeDropper={false} onChange={pick("brand_color")} />
            <ColorInput
              {...field("brand_accent_color")}
              format="hex"
              withEyeDropper={false}
              onChange={pick("brand_accent_color")}
            />
          </SimpleGrid>
          <TextInput {...field("brand_domain")} description={t.domainHint} onChange={write("brand_domain")} />
          <TextInput {...field("mail_from")} type="email" onChange={write("mail_from")} />
          <Preview
            colour={form.brand_color || found.effective.brand_color || ""}
            name={form.brand_name || found.effective.brand_name || ""}
          />
          <Group>
            <Button type="submit" disabled={changed.length === 0}>
              {parts.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

const GROUNDS = [
  { ground: "#ffffff", ink: "#17201e", towards: "dark" },
  { ground: "#212425", ink: "#e8eeec", towards: "light" },
] as const;

/** Buttons and links in the shades that can be read, on both grounds. */
function Preview({ colour, name }: { colour: string; name: string }) {
  const t = useWords(WORDS);
  if (!parseHex(colour)) return null;
  const tuple = shades(colour);
  const shade = tuple[readableShade(tuple, "#ffffff", "dark")] ?? colour; // of buttons: one for both, as in the theme
  const onShade = contrast(shade, "#ffffff") >= contrast(shade, "#000000") ? "#ffffff" : "#000000";
  return (
    <div>
      <Text size="sm" fw={500}>
        {t.preview}
      </Text>
      <Text size="xs" c="dimmed" mb={6}>
        {t.previewHint}
      </Text>
      <SimpleGrid cols={2}>
        {GROUNDS.map(({ ground, ink, towards }) => {
          const link = tuple[readableShade(tuple, ground, towards)] ?? colour;
          return (
            <Paper key={ground} withBorder p="sm" style={{ background: ground, color: ink }} aria-hidden>
              <Text fw={700} size="sm" mb={6}>
                {name}
              </Text>
              <Group gap="sm">
                <span style={{ background: shade, color: onShade, padding: "4px 10px", borderRadius: 8 }}>
                  {t.button}
                </span>
                <span style={{ color: link, textDecoration: "underline" }}>{t.link}</span>
              </Group>
            </Paper>
          );
        })}
      </SimpleGrid>
    </div>
  );
}
