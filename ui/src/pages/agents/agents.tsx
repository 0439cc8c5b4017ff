import { Anchor, Badge, Button, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconMicrophone, IconPlus, IconRobot } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, remote, type Schemas } from "@/api/client";
import { useSession } from "@/frame/session";
import { Dialog } from "@/parts/dialog";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type Agent = Schemas["AgentOut"];

export default function Agents() {
  const t = useWords(WORDS);
  const { may } = useSession();
  const asked = remote.useQuery("get", "/api/v1/agents");
  const [adding, setAdding] = useState(false);
  return (
    <Stack>
      <Heading title={t.title} hint={t.hint}>
        {may("admin", "developer") && (
          <Button leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
            {t.add}
          </Button>
        )}
      </Heading>
      <Listing
        asked={asked}
        label={t.title}
        id={(agent: Agent) => agent.id}
        empty={{ icon: IconRobot, title: t.none, hint: t.noneHint }}
        columns={[
          {
            name: t.name,
            show: (agent) => (
              <Anchor component={Link} to={`/agents/${agent.id}`}>
                {agent.name}
              </Anchor>
            ),
          },
          { name: t.flow, show: (agent) => agent.flow },
          { name: t.language, show: (agent) => [agent.language, ...agent.languages].join(", ") },
          {
            name: t.models,
            show: (agent) => (
              <Badge variant="default" tt="none">
                {agent.models[0] ?? t.noModel}
              </Badge>
            ),
          },
          { name: t.talk, end: true, show: (agent) => <Talk agent={agent} /> },
        ]}
      />
      {adding && <NewAgent close={() => setAdding(false)} />}
    </Stack>
  );
}

function NewAgent({ close }: { close: () => void }) {
  const t = useWords(WORDS);
  const navigate = useNavigate();
  const client = useQueryClient();
  const flows = remote.useQuery("get", "/api/v1/flows");
  const published = (flows.data ?? []).filter((flow) => flow.published).map((flow) => flow.name);
  const [name, setName] = useState("");
  const [flow, setFlow] = useState<string | null>(null);
  const make = async () => {
    const { data } = await api.POST("/api/v1/agents", { body: { name, flow: flow ?? "" } });
    await client.invalidateQueries({ queryKey: ["get", "/api/v1/agents"] });
    if (data) await navigate(`/agents/${data.id}`);
  };
  return (
    <Dialog opened close={close} title={t.add} verb={t.add} refused={t.notMade} act={make}>
      <Text size="sm">{t.addHint}</Text>
      <TextInput
        label={t.name}
        required
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Select
        label={t.flow}
        description={flows.data && !published.length ? t.noFlow : t.flowHint}
        required
        searchable
        value={flow}
        onChange={setFlow}
        data={published}
      />
    </Dialog>
  );
}

/** Leads to the voice page, which calls this agent. */
export function Talk({ agent, size = "xs" }: { agent: Agent; size?: string }) {
  const t = useWords(WORDS);
  return (
    <Button
      size={size}
      variant="default"
      component="a"
      href={`/voice_assistant?agent=${encodeURIComponent(agent.id)}`}
      leftSection={<IconMicrophone size={16} />}
      aria-label={`${t.talk}: ${agent.name}`}
    >
      {t.talk}
    </Button>
  );
}
