import { IconPhoneOff } from "@tabler/icons-react";
import { remote } from "@/api/client";
import { CallTable } from "@/parts/call-table";
import { Empty } from "@/parts/empty";
import { Failed } from "@/parts/failed";
import { Heading } from "@/parts/heading";
import { Loading } from "@/parts/loading";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

export default function Overview() {
  const t = useWords(WORDS);
  return (
    <>
      <Heading title={t.title} />
      <Live />
    </>
  );
}

function Live() {
  const t = useWords(WORDS);
  const calls = remote.useQuery(
    "get",
    "/api/v1/calls",
    { params: { query: { live: true } } },
    { refetchInterval: 5000 },
  );
  if (calls.error) return <Failed error={calls.error} retry={calls.refetch} />;
  if (!calls.data) return <Loading rows={3} />;
  if (!calls.data.items.length) {
    return (
      <Empty icon={IconPhoneOff} title={t.nobody}>
        {t.nobodyHint}
      </Empty>
    );
  }
  return <CallTable calls={calls.data.items} label={t.live} />;
}
