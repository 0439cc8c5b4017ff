import { Badge, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { useSession } from "@/frame/session";
import { Card } from "@/parts/card";
import { Failed } from "@/parts/failed";
import { Heading } from "@/parts/heading";
import { Loading } from "@/parts/loading";
import { Rows } from "@/parts/rows";
import { complain } from "@/parts/toasts";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { Profiles } from "./profiles";
import { WORDS } from "./words";

type Model = Schemas["VoiceModelOut"];

const SECTIONS = ["recognisers", "models", "voices"] as const;

export default function VoiceModels() {
  const t = useWords(WORDS);
  const [month, setMonth] = useState(() => new Date().toISOString().slice(0, 7));
  const asked = remote.useQuery("get", "/api/v1/voice-models", { params: { query: { month } } });
  return (
    <Stack>
      <Heading title={t.title} hint={t.hint}>
        <TextInput
          type="month"
          aria-label={t.month}
          value={month}
          onChange={(event) => event.currentTarget.value && setMonth(event.currentTarget.value)}
        />
      </Heading>
      {asked.error && <Failed error={asked.error} retry={asked.refetch} />}
      {asked.isPending && <Loading />}
      {asked.data &&
        SECTIONS.map((section) => (
          <Card key={section} title={t.parts[section]}>
            <Models items={asked.data.items.filter((model) => model.section === section)} label={t.parts[section]} />
          </Card>
        ))}
      {asked.data && (
        <Profiles voices={asked.data.items.filter((model) => model.section === "voices").map((model) => model.name)} />
      )}
    </Stack>
  );
}

function Models({ items, label }: { items: readonly Model[]; label: string }) {
  const t = useWords(WORDS);
  const show = useFormats();
  const client = useQueryClient();
  const { may } = useSession();
  const allow = (model: Model, enabled: boolean) =>
    api
      .PATCH("/api/v1/voice-models/{section}/{name}", {
        params: { path: { section: model.section, name: model.name } },
        body: { enabled, label: model.label },
      })
      .then(() => client.invalidateQueries({ queryKey: ["get", "/api/v1/voice-models"] }), complain);
  const units: Readonly<Record<string, (count: string) => string>> = t.units;
  if (!items.length) return <Text c="dimmed">{t.noneOf}</Text>;
  return (
    <Rows
      items={items}
      id={(model) => model.name}
      label={label}
      columns={[
        { name: t.name, show: (model) => model.label || model.name },
        { name: t.model, show: (model) => [model.kind, model.model, model.voice].filter(Boolean).join(" · ") },
        {
          name: t.ready,
          show: (model) => (
            <Badge variant="default" tt="none" c={model.ready ? undefined : "var(--mantine-color-error)"}>
              {model.ready ? t.isReady : t.lacksKey}
            </Badge>
          ),
        },
        {
          name: t.used,
          show: (model) =>
            Object.entries(model.used).map(([unit, count]) => (
              <Text key={unit} size="sm">
                {units[unit]?.(show.number(count)) ?? `${unit} ${show.number(count)}`}
              </Text>
            )),
        },
        {
          name: t.allowed,
          end: true,
          show: (model) => (
            <Switch
              aria-label={t.allow(model.name)}
              display="inline-flex"
              checked={model.enabled}
              disabled={!may("admin", "developer")}
              onChange={(event) => allow(model, event.currentTarget.checked)}
            />
          ),
        },
      ]}
    />
  );
}
