import { Badge, Button, Group, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { api, remote } from "@/api/client";
import { useSession } from "@/frame/session";
import { Card } from "@/parts/card";
import { useConfirm } from "@/parts/confirm";
import { Failed } from "@/parts/failed";
import { Loading } from "@/parts/loading";
import { Rows } from "@/parts/rows";
import { complain, tell } from "@/parts/toasts";
import { WORDS as PARTS } from "@/parts/words";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

/** What the agent was before, and the way back. */
export function Versions({ agent, restored }: { agent: string; restored: () => void }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const show = useFormats();
  const confirm = useConfirm();
  const client = useQueryClient();
  const { may } = useSession();
  const path = { agent_id: agent };
  const asked = remote.useQuery("get", "/api/v1/agents/{agent_id}/versions", {
    params: { path, query: { limit: 20 } },
  });
  const rollBack = (number: number) =>
    api
      .POST("/api/v1/agents/{agent_id}/versions/{number}/roll-back", { params: { path: { ...path, number } } })
      .then(() => client.invalidateQueries({ queryKey: ["get"] }))
      .then(() => {
        restored();
        tell(t.rolledBack);
      }, complain);
  return (
    <Card title={t.versions}>
      {asked.error && <Failed error={asked.error} retry={asked.refetch} />}
      {asked.isPending && <Loading rows={2} />}
      {asked.data?.items.length === 0 && <Text c="dimmed">{t.noVersions}</Text>}
      {asked.data && asked.data.items.length > 0 && (
        <Rows
          items={asked.data.items}
          id={(version) => String(version.number)}
          label={t.versions}
          columns={[
            {
              name: t.version,
              show: (version) => (
                <Group gap="xs">
                  {show.number(version.number)}
                  {version.live && (
                    <Badge variant="default" tt="none">
                      {t.answersNow}
                    </Badge>
                  )}
                </Group>
              ),
            },
            { name: t.made, show: (version) => show.moment(version.created) },
            {
              name: parts.actions,
              end: true,
              show: (version) =>
                version.live || !may("admin", "developer") ? null : (
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t.rollBackOf(show.number(version.number))}
                    onClick={() =>
                      confirm({
                        title: t.rollBackOf(show.number(version.number)),
                        hint: t.rollBackHint,
                        verb: t.rollBack,
                        act: () => rollBack(version.number),
                      })
                    }
                  >
                    {t.rollBack}
                  </Button>
                ),
            },
          ]}
        />
      )}
    </Card>
  );
}
