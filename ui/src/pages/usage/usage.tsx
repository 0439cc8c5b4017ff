import { Button, Group, Paper, SegmentedControl, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { IconDownload, IconReceipt } from "@tabler/icons-react";
import { useState } from "react";
import { ask, remote } from "@/api/client";
import { Card } from "@/parts/card";
import { Failed } from "@/parts/failed";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { complain } from "@/parts/toasts";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { Ledger } from "./ledger";
import { WORDS } from "./words";

const BYS = ["meter", "provider", "day", "tenant"] as const;
type By = (typeof BYS)[number];

export default function Usage() {
  const t = useWords(WORDS);
  return (
    <Stack>
      <Heading title={t.title} hint={t.hint} />
      <Account />
      <Sums />
      <Statement />
      <Ledger />
    </Stack>
  );
}

function Account() {
  const t = useWords(WORDS);
  const show = useFormats();
  const asked = remote.useQuery("get", "/api/v1/credits");
  if (asked.error) return <Failed error={asked.error} retry={asked.refetch} />;
  const account = asked.data;
  return (
    <SimpleGrid component="dl" cols={{ base: 1, sm: 3 }} m={0}>
      <Figure
        name={t.available}
        value={account && show.number(account.available)}
        hint={account && (account.least === null ? t.afterwards : t.pays(show.number(account.mark)))}
      />
      <Figure name={t.held} value={account && show.number(account.held)} />
      <Figure name={t.spent} value={account && show.number(account.spent)} />
    </SimpleGrid>
  );
}

function Figure({ name, value, hint }: { name: string; value?: string; hint?: string }) {
  return (
    <Paper withBorder bg="var(--card)" p="md">
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} fz="1.5rem" fw={650} style={{ fontVariantNumeric: "tabular-nums" }}>
        {value ?? "…"}
      </Text>
      {hint && (
        <Text component="dd" m={0} size="sm" c="dimmed">
          {hint}
        </Text>
      )}
    </Paper>
  );
}

function Sums() {
  const t = useWords(WORDS);
  const show = useFormats();
  const [by, setBy] = useState<By>("meter");
  const asked = remote.useQuery("get", "/api/v1/usage", { params: { query: { by } } });
  const meters: Readonly<Record<string, string>> = t.meters;
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label={t.by}
        value={by}
        onChange={(value) => setBy(value as By)}
        data={BYS.map((value) => ({ value, label: t.bys[value] }))}
        style={{ alignSelf: "flex-start" }}
      />
      <Listing
        asked={{ ...asked, data: asked.data?.items }}
        label={t.title}
        id={(sum) => `${sum.key} ${sum.meter} ${sum.currency}`}
        empty={{ icon: IconReceipt, title: t.none, hint: t.noneHint }}
        columns={[
          {
            name: t.key,
            show: (sum) => {
              const meter = meters[sum.meter] ?? sum.meter.replaceAll("_", " ");
              return sum.key && sum.key !== sum.meter ? `${sum.key} · ${meter}` : meter;
            },
          },
          { name: t.amount, show: (sum) => show.number(sum.amount, Number.isInteger(sum.amount) ? 0 : 1), end: true },
          { name: t.calls, show: (sum) => show.number(sum.calls), end: true },
          { name: t.credits, show: (sum) => show.number(sum.credits), end: true },
          { name: t.cost, show: (sum) => (sum.currency ? show.money(sum.cost, sum.currency) : "–"), end: true },
        ]}
      />
    </Stack>
  );
}

function Statement() {
  const t = useWords(WORDS);
  const [month, setMonth] = useState(new Date().toISOString().slice(0, 7));
  const save = async () => {
    const response = await ask(new Request(new URL(`/api/v1/statements/${month}.csv`, location.origin)));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = `statement-${month}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Card title={t.statement}>
      <Group align="flex-end">
        <TextInput
          type="month"
          label={t.month}
          description={t.statementHint}
          value={month}
          onChange={(event) => setMonth(event.currentTarget.value)}
        />
        <Button
          variant="default"
          leftSection={<IconDownload size={18} />}
          disabled={!/^\d{4}-\d{2}$/.test(month)}
          onClick={() => void save().catch(complain)}
        >
          {t.download}
        </Button>
      </Group>
    </Card>
  );
}
