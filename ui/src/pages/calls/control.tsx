import { Button, Checkbox, Group, Select, Textarea, TextInput } from "@mantine/core";
import { IconPhoneX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { Card } from "@/parts/card";
import { useConfirm } from "@/parts/confirm";
import { Dialog } from "@/parts/dialog";
import { complain, tell } from "@/parts/toasts";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

const PATH = "/api/v1/calls/{call_id}";

/** What wants to be asked for more before it is done. */
const ASKING = ["say", "whisper", "transfer", "conference", "takeOver", "giveBack", "digits"] as const;
type Asking = (typeof ASKING)[number];

interface Said {
  text: string;
  warm: boolean;
  protected: boolean;
}

function command(call: string, asking: Asking, said: Said): Promise<unknown> {
  const params = { path: { call_id: call } };
  const { text } = said;
  switch (asking) {
    case "say":
      return api.POST(`${PATH}/say`, { params, body: { text, protected: said.protected } });
    case "whisper":
      return api.POST(`${PATH}/whisper`, { params, body: { text } });
    case "transfer":
      return api.POST(`${PATH}/transfer`, { params, body: { target: text, mode: said.warm ? "warm" : "blind" } });
    case "conference":
      return api.POST(`${PATH}/conference`, { params, body: { target: text } });
    case "takeOver":
      return api.POST(`${PATH}/take-over`, { params, body: { target: text } });
    case "giveBack":
      return api.POST(`${PATH}/give-back`, { params, body: { note: text } });
    case "digits":
      return api.POST(`${PATH}/digits`, { params, body: { digits: text } });
  }
}

/** What can be done to a call while it goes on; what cannot be done now is said by the server. */
export function Control({ call, held }: { call: string; held: boolean }) {
  const t = useWords(WORDS);
  const confirm = useConfirm();
  const client = useQueryClient();
  const [asking, setAsking] = useState<Asking | null>(null);
  const params = { params: { path: { call_id: call } } };
  const done = () => client.invalidateQueries({ queryKey: ["get", PATH] });
  const hold = () =>
    (held ? api.POST(`${PATH}/resume`, params) : api.POST(`${PATH}/hold`, params)).then(done, complain);
  const hangUp = () =>
    api
      .POST(`${PATH}/hang-up`, params)
      .then(() => tell(t.ended), complain)
      .then(done);
  return (
    <Card title={t.control}>
      <Group gap="xs">
        <Button variant="default" onClick={() => void hold()}>
          {held ? t.resume : t.hold}
        </Button>
        {ASKING.map((one) => (
          <Button key={one} variant="default" onClick={() => setAsking(one)}>
            {t.commands[one]}
          </Button>
        ))}
        <Button
          color="red"
          leftSection={<IconPhoneX size={18} />}
          onClick={() => confirm({ title: t.hangUpSure, hint: t.hangUpHint, verb: t.hangUp, act: hangUp })}
        >
          {t.hangUp}
        </Button>
      </Group>
      {asking && <Ask call={call} asking={asking} close={() => setAsking(null)} done={() => void done()} />}
    </Card>
  );
}

interface AskProps {
  call: string;
  asking: Asking;
  close: () => void;
  done: () => void;
}

function Ask({ call, asking, close, done }: AskProps) {
  const t = useWords(WORDS);
  const [said, setSaid] = useState<Said>({ text: "", warm: false, protected: false });
  const change = (part: Partial<Said>) => setSaid((before) => ({ ...before, ...part }));
  const act = async () => {
    await command(call, asking, said);
    tell(t.commandDone);
    done();
  };
  const field = {
    label: t.commandFields[asking],
    required: asking !== "giveBack",
    value: said.text,
    onChange: (event: { currentTarget: { value: string } }) => change({ text: event.currentTarget.value }),
    "data-autofocus": true,
  };
  const long = asking === "say" || asking === "whisper" || asking === "giveBack";
  return (
    <Dialog
      opened
      close={close}
      title={t.commands[asking]}
      verb={t.commands[asking]}
      refused={t.commandRefused}
      act={act}
    >
      {long ? <Textarea {...field} maxLength={2000} autosize minRows={2} /> : <TextInput {...field} maxLength={320} />}
      {asking === "say" && (
        <Checkbox
          label={t.protected}
          checked={said.protected}
          onChange={(event) => change({ protected: event.currentTarget.checked })}
        />
      )}
      {asking === "transfer" && (
        <Select
          label={t.mode}
          allowDeselect={false}
          value={said.warm ? "warm" : "blind"}
          onChange={(mode) => change({ warm: mode === "warm" })}
          data={[
            { value: "blind", label: t.blind },
            { value: "warm", label: t.warm },
          ]}
        />
      )}
    </Dialog>
  );
}
