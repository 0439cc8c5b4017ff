import { Paper, SimpleGrid, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { remote, type Schemas } from "@/api/client";
import { spokenAddress } from "@/parts/addresses";
import { WORDS as CALL_WORDS } from "@/parts/call-words";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

export function Facts({ call }: { call: Schemas["CallOut"] }) {
  const t = useWords(WORDS);
  const words = useWords(CALL_WORDS);
  const show = useFormats();
  const agents = remote.useQuery("get", "/api/v1/agents");
  const agent = agents.data?.find((one) => one.id === call.agent)?.name ?? call.agent;
  const reasons: Readonly<Record<string, string>> = words.reasons;
  return (
    <Paper withBorder bg="var(--card)" p="md">
      <SimpleGrid component="dl" cols={{ base: 2, sm: 3, lg: 6 }} m={0} spacing="md">
        <Fact name={t.began}>{show.moment(call.started)}</Fact>
        <Fact name={t.length}>{show.length(call.duration)}</Fact>
        <Fact name={t.from}>{spokenAddress(call.caller)}</Fact>
        <Fact name={t.to}>{spokenAddress(call.dialled)}</Fact>
        <Fact name={t.agent}>{agent}</Fact>
        <Fact name={t.reason}>{reasons[call.reason] ?? call.reason}</Fact>
        {call.flow && (
          <Fact name={t.flow}>
            {call.flow}
            {call.flow_version > 0 && `, ${t.version(String(call.flow_version))}`}
          </Fact>
        )}
      </SimpleGrid>
    </Paper>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} style={{ overflowWrap: "anywhere" }}>
        {children || "–"}
      </Text>
    </div>
  );
}
