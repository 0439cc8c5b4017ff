import { SimpleGrid, Stack, Text } from "@mantine/core";
import { remote, type Schemas } from "@/api/client";
import { Card } from "@/parts/card";
import { Failed } from "@/parts/failed";
import { Heading } from "@/parts/heading";
import { Loading } from "@/parts/loading";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { BrandForm } from "./brand-form";
import { Logo } from "./logo";
import { Retention } from "./retention";
import { WORDS } from "./words";

export default function Settings() {
  const t = useWords(WORDS);
  const asked = remote.useQuery("get", "/api/v1/settings");
  return (
    <Stack>
      <Heading title={t.title} hint={t.hint} />
      {asked.error && <Failed error={asked.error} retry={asked.refetch} />}
      {asked.isPending && <Loading rows={2} height={180} />}
      {asked.data && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} style={{ alignItems: "start" }}>
          <BrandForm found={asked.data} key={JSON.stringify(asked.data.own)} />
          <Stack>
            <Logo found={asked.data} />
            <Limits found={asked.data} />
            <Retention />
          </Stack>
        </SimpleGrid>
      )}
    </Stack>
  );
}

function Limits({ found }: { found: Schemas["SettingsOut"] }) {
  const t = useWords(WORDS);
  const show = useFormats();
  const limit = (value: number | null | undefined) =>
    value === null || value === undefined ? t.none : show.number(value);
  const { effective } = found;
  const facts: [string, string][] = [
    [t.limit_calls, limit(effective.limit_calls)],
    [t.limit_calls_per_minute, limit(effective.limit_calls_per_minute)],
    [t.limit_seats, limit(effective.limit_seats)],
    [t.currency, effective.currency ?? ""],
    [t.sip, found.sip_domain],
  ];
  return (
    <Card title={t.limits}>
      <Text size="sm" c="dimmed" mb="sm">
        {t.limitsHint}
      </Text>
      <SimpleGrid component="dl" cols={2} m={0} spacing={6}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <Text component="dt" size="sm" c="dimmed">
              {name}
            </Text>
            <Text component="dd" size="sm" m={0} style={{ overflowWrap: "anywhere" }}>
              {value || "–"}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </Card>
  );
}
