import { Alert, Anchor, Breadcrumbs, SimpleGrid, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useCallChanges } from "@/api/changes";
import { remote, type Schemas } from "@/api/client";
import { spokenAddress } from "@/parts/addresses";
import { CallState } from "@/parts/call-table";
import { WORDS as CALL_WORDS } from "@/parts/call-words";
import { Failed } from "@/parts/failed";
import { Heading } from "@/parts/heading";
import { PageLoading } from "@/parts/loading";
import { useWords } from "@/words/words";
import { Control } from "./control";
import { Events } from "./events";
import { Facts } from "./facts";
import { Player } from "./player";
import { Transcript } from "./transcript";
import { Turns } from "./turns";
import { WORDS } from "./words";

type Call = Schemas["CallOut"];

export default function CallPage() {
  const { call: id = "" } = useParams();
  const found = remote.useQuery("get", "/api/v1/calls/{call_id}", { params: { path: { call_id: id } } });
  const goesOn = found.data !== undefined && found.data.state !== "ended";
  useCallChanges(id, goesOn);
  if (found.error) return <Failed error={found.error} retry={found.refetch} />;
  if (!found.data) return <PageLoading />;
  return <Shown call={found.data} goesOn={goesOn} key={id} />;
}

function Shown({ call, goesOn }: { call: Call; goesOn: boolean }) {
  const t = useWords(WORDS);
  const words = useWords(CALL_WORDS);
  const name = call.caller_name || spokenAddress(call.caller) || words.unknown;
  const [at, setAt] = useState(0);
  const [seek, setSeek] = useState<{ to: number } | null>(null);
  return (
    <Stack gap="md">
      <Breadcrumbs>
        <Anchor component={Link} to="/calls">
          {t.title}
        </Anchor>
        <Text size="sm">{name}</Text>
      </Breadcrumbs>
      <Heading title={name}>
        <CallState call={call} />
      </Heading>
      {call.error && (
        <Alert color="red" variant="outline" title={t.broke}>
          {call.message || call.error}
        </Alert>
      )}
      {goesOn && <Control call={call.id} held={call.state === "held"} />}
      <Facts call={call} />
      {!goesOn && <Player call={call.id} name={name} seek={seek} onTime={setAt} />}
      <SimpleGrid cols={{ base: 1, lg: 2 }} style={{ alignItems: "start" }}>
        <Transcript call={call.id} goesOn={goesOn} at={at} play={(to) => setSeek({ to })} />
        <Stack>
          <Turns call={call.id} />
          <Events call={call.id} began={call.connected ?? call.started} />
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}
