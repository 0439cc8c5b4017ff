import { Badge, Button, Group, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { api, remote, type Schemas } from "@/api/client";
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

/** What was published when and why; any of it can answer again. */
export function Versions({ flow }: { flow: Schemas["FlowWithDraft"] }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const show = useFormats();
  const confirm = useConfirm();
  const client = useQueryClient();
  const { may } = useSession();
  const params = { params: { path: { flow: flow.name } } };
  const asked = remote.useQuery("get", "/api/v1/flows/{flow}/versions", params);
  const rollBack = (number: number) =>
    api
      .POST("/api/v1/flows/{flow}/roll-back", { ...params, body: { number, note: "" } })
      .then(() => tell(t.rolledBack))
      .then(() => client.invalidateQueries({ queryKey: ["get"] }))
      .then(() => location.reload(), complain);
  return (
    <Card title={t.versions}>
      {asked.error && <Failed error={asked.error} retry={asked.refetch} />}
      {asked.isPending && <Loading rows={3} />}
      {asked.data?.length === 0 && <Text c="dimmed">{t.noVersions}</Text>}
      {asked.data && asked.data.length > 0 && (
        <Rows
          items={asked.data}
          id={(version) => String(version.number)}
          label={t.versions}
          columns={[
            {
              name: t.published,
              show: (version) => (
                <Group gap="xs">
                  {t.version(show.number(version.number))}
                  {version.number === flow.published && (
                    <Badge variant="default" tt="none">
                      {t.answersNow}
                    </Badge>
                  )}
                </Group>
              ),
            },
            {
              name: t.note,
              show: (version) => version.note || (version.restores ? t.restores(show.number(version.restores)) : "–"),
            },
            { name: t.at, show: (version) => show.moment(version.created) },
            {
              name: parts.actions,
              end: true,
              show: (version) =>
                may("admin") && version.number !== flow.published ? (
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t.rollBackOf(show.number(version.number))}
                    onClick={() =>
                      confirm({
                        title: t.rollBackSure(show.number(version.number)),
                        hint: t.rollBackHint,
                        verb: t.rollBack,
                        act: () => rollBack(version.number),
                      })
                    }
                  >
                    {t.rollBack}
                  </Button>
                ) : null,
            },
          ]}
        />
      )}
    </Card>
  );
}
