import { Anchor, Badge, Button } from "@mantine/core";
import { IconAntennaBars5, IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { remote } from "@/api/client";
import { useSession } from "@/frame/session";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { useWords } from "@/words/words";
import { LineState } from "./line-state";
import { TestButton } from "./test-button";
import { TrunkDialog } from "./trunk-dialog";
import { WORDS } from "./words";

export default function Trunks() {
  const t = useWords(WORDS);
  const { may } = useSession();
  const client = useQueryClient();
  const asked = remote.useQuery("get", "/api/v1/trunks", {}, { refetchInterval: 10_000 });
  const [adding, setAdding] = useState(false);
  const kinds: Readonly<Record<string, string>> = t.kinds;
  return (
    <>
      <Heading title={t.title} hint={t.hint}>
        {may("admin") && (
          <Button leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
            {t.add}
          </Button>
        )}
      </Heading>
      <Listing
        asked={asked}
        label={t.title}
        id={(trunk) => trunk.id}
        empty={{ icon: IconAntennaBars5, title: t.none, hint: t.noneHint }}
        columns={[
          {
            name: t.name,
            show: (trunk) => (
              <Anchor component={Link} to={`/trunks/${trunk.id}`}>
                {String(trunk.settings.name)}
              </Anchor>
            ),
          },
          { name: t.kind, show: (trunk) => kinds[String(trunk.settings.kind)] ?? String(trunk.settings.kind) },
          {
            name: t.state,
            show: (trunk) => (
              <Badge variant="default" tt="none">
                {trunk.settings.enabled === false ? t.disabled : t.enabled}
              </Badge>
            ),
          },
          { name: t.line, show: (trunk) => <LineState line={trunk.line} /> },
          { name: t.calls, show: (trunk) => `${trunk.calls_in} / ${trunk.calls_out}`, end: true },
          {
            name: "",
            end: true,
            show: (trunk) => may("admin") && <TestButton id={trunk.id} name={String(trunk.settings.name)} />,
          },
        ]}
      />
      {adding && (
        <TrunkDialog
          close={() => setAdding(false)}
          saved={() => void client.invalidateQueries({ queryKey: ["get", "/api/v1/trunks"] })}
        />
      )}
    </>
  );
}
