import { Button, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { Card } from "@/parts/card";
import { useConfirm } from "@/parts/confirm";
import { Failed } from "@/parts/failed";
import { complain, tell } from "@/parts/toasts";
import { Unsaved } from "@/parts/unsaved";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type Rule = Schemas["RetentionBody"];

const PATH = "/api/v1/retention";
const KINDS = ["recordings", "transcripts", "events"] as const;

/** How long what is known of calls is kept; what is older is deleted for good. */
export function Retention() {
  const t = useWords(WORDS);
  const asked = remote.useQuery("get", PATH);
  return (
    <Card title={t.retention}>
      {asked.error && <Failed error={asked.error} retry={asked.refetch} />}
      {asked.data && <Form rule={asked.data} key={JSON.stringify(asked.data)} />}
    </Card>
  );
}

function Form({ rule }: { rule: Rule }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const confirm = useConfirm();
  const client = useQueryClient();
  const [form, setForm] = useState<Rule>(rule);
  const changed = KINDS.some((kind) => (form[kind] ?? null) !== (rule[kind] ?? null));
  const save = async () => {
    await api.PUT(PATH, { body: form });
    tell(parts.saved);
    await client.invalidateQueries({ queryKey: ["get", PATH] });
  };
  return (
    <Stack gap="sm">
      <Unsaved when={changed} />
      <Text size="sm" c="dimmed">
        {t.retentionHint}
      </Text>
      {KINDS.map((kind) => (
        <NumberInput
          key={kind}
          label={t.kept[kind]}
          placeholder={t.forEver}
          min={1}
          max={36_500}
          allowDecimal={false}
          suffix={t.days}
          value={form[kind] ?? ""}
          onChange={(value) => setForm((before) => ({ ...before, [kind]: value === "" ? null : Number(value) }))}
        />
      ))}
      <Group>
        <Button
          disabled={!changed}
          onClick={() =>
            confirm({
              title: t.retentionSure,
              hint: t.retentionSureHint,
              verb: parts.save,
              act: () => save().catch(complain),
            })
          }
        >
          {parts.save}
        </Button>
      </Group>
    </Stack>
  );
}
