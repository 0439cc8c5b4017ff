import { Anchor, Badge, Button, Stack } from "@mantine/core";
import { IconMicrophone, IconRobot } from "@tabler/icons-react";
import { Link } from "react-router";
import { remote, type Schemas } from "@/api/client";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type Agent = Schemas["AgentOut"];

export default function Agents() {
  const t = useWords(WORDS);
  const asked = remote.useQuery("get", "/api/v1/agents");
  return (
    <Stack>
      <Heading title={t.title} hint={t.hint} />
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
    </Stack>
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
