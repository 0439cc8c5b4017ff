import { Button, Group } from "@mantine/core";
import { IconPhoneX } from "@tabler/icons-react";
import { remote } from "@/api/client";
import { Card } from "@/parts/card";
import { useConfirm } from "@/parts/confirm";
import { complain, tell } from "@/parts/toasts";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

/** What can be done to a call while it goes on. */
export function Control({ call }: { call: string }) {
  const t = useWords(WORDS);
  const confirm = useConfirm();
  const hangUp = remote.useMutation("post", "/api/v1/calls/{call_id}/hang-up", {
    onSuccess: () => tell(t.ended),
    onError: complain,
  });
  const params = { params: { path: { call_id: call } } };
  return (
    <Card title={t.control}>
      <Group>
        <Button
          color="red"
          leftSection={<IconPhoneX size={18} />}
          loading={hangUp.isPending}
          onClick={() =>
            confirm({ title: t.hangUpSure, hint: t.hangUpHint, verb: t.hangUp, act: () => hangUp.mutate(params) })
          }
        >
          {t.hangUp}
        </Button>
      </Group>
    </Card>
  );
}
