import { Tabs } from "@mantine/core";
import { useSearchParams } from "react-router";
import { Heading } from "@/parts/heading";
import { useWords } from "@/words/words";
import { Invitations } from "./invitations";
import { Teams } from "./teams";
import { Users } from "./users";
import { WORDS } from "./words";

const TABS = ["users", "invitations", "teams"] as const;

export default function People() {
  const t = useWords(WORDS);
  const [params, setParams] = useSearchParams();
  const tab = TABS.find((one) => one === params.get("show")) ?? "users";
  return (
    <>
      <Heading title={t.title} hint={t.hint} />
      <Tabs
        value={tab}
        onChange={(value) => setParams(value ? { show: value } : {}, { replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="users">
          <Users />
        </Tabs.Panel>
        <Tabs.Panel value="invitations">
          <Invitations />
        </Tabs.Panel>
        <Tabs.Panel value="teams">
          <Teams />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
