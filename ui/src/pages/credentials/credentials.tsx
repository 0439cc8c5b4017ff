import { Button, Code, Group, PasswordInput, Select, Stack, TextInput } from "@mantine/core";
import { IconLock, IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { useSession } from "@/frame/session";
import { useConfirm } from "@/parts/confirm";
import { Dialog } from "@/parts/dialog";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { complain, tell } from "@/parts/toasts";
import { WORDS as PARTS } from "@/parts/words";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type Credential = Schemas["CredentialOut"];

const PATH = "/api/v1/credentials";

export default function Credentials() {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const show = useFormats();
  const confirm = useConfirm();
  const client = useQueryClient();
  const { may } = useSession();
  const asked = remote.useQuery("get", PATH, { params: { query: { limit: 200 } } });
  const [adding, setAdding] = useState(false);
  const [replaced, setReplaced] = useState<Credential | null>(null);
  const changed = () => client.invalidateQueries({ queryKey: ["get", PATH] });
  const remove = (credential: Credential) =>
    api
      .DELETE(`${PATH}/{credential}`, { params: { path: { credential: credential.id } } })
      .then(() => tell(t.removed))
      .then(changed, complain);
  return (
    <Stack>
      <Heading title={t.title} hint={t.hint}>
        {may("admin") && (
          <Button leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
            {t.add}
          </Button>
        )}
      </Heading>
      <Listing
        asked={{ ...asked, data: asked.data?.items }}
        label={t.title}
        id={(credential) => credential.id}
        empty={{ icon: IconLock, title: t.none, hint: t.noneHint }}
        columns={[
          { name: t.name, show: (credential: Credential) => credential.name },
          { name: t.kind, show: (credential) => t.kinds[credential.kind] },
          { name: t.ends, show: (credential) => <Code>… {credential.hint}</Code> },
          { name: t.used, show: (credential) => (credential.last_used ? show.ago(credential.last_used) : t.never) },
          { name: t.changed, show: (credential) => show.ago(credential.changed) },
          {
            name: parts.actions,
            end: true,
            show: (credential) =>
              may("admin") ? (
                <Group gap="xs" justify="flex-end" wrap="nowrap">
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t.rotateOf(credential.name)}
                    onClick={() => setReplaced(credential)}
                  >
                    {t.rotate}
                  </Button>
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t.removeOf(credential.name)}
                    onClick={() =>
                      confirm({
                        title: `${t.removeOf(credential.name)}?`,
                        hint: t.removeHint,
                        verb: parts.remove,
                        act: () => remove(credential),
                      })
                    }
                  >
                    {parts.remove}
                  </Button>
                </Group>
              ) : null,
          },
        ]}
      />
      {adding && <NewCredential close={() => setAdding(false)} done={changed} />}
      {replaced && <Replace credential={replaced} close={() => setReplaced(null)} done={changed} />}
    </Stack>
  );
}

function NewCredential({ close, done }: { close: () => void; done: () => Promise<unknown> }) {
  const t = useWords(WORDS);
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Credential["kind"]>("provider");
  const [secret, setSecret] = useState("");
  const keep = () => api.POST(PATH, { body: { name, kind, secret } }).then(done);
  return (
    <Dialog opened close={close} title={t.add} verb={t.add} refused={t.refused} act={keep}>
      <TextInput
        label={t.name}
        description={t.nameHint}
        required
        pattern="[a-z0-9][a-z0-9_\-]*"
        maxLength={64}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Select
        label={t.kind}
        allowDeselect={false}
        value={kind}
        onChange={(value) => value && setKind(value as Credential["kind"])}
        data={Object.entries(t.kinds).map(([value, label]) => ({ value, label }))}
      />
      <SecretInput value={secret} set={setSecret} />
    </Dialog>
  );
}

function Replace(props: { credential: Credential; close: () => void; done: () => Promise<unknown> }) {
  const t = useWords(WORDS);
  const [secret, setSecret] = useState("");
  const replace = async () => {
    await api.POST(`${PATH}/{credential}/rotate`, {
      params: { path: { credential: props.credential.id } },
      body: { secret },
    });
    tell(t.rotated);
    await props.done();
  };
  return (
    <Dialog
      opened
      close={props.close}
      title={t.rotateOf(props.credential.name)}
      verb={t.rotate}
      refused={t.refused}
      act={replace}
    >
      <SecretInput value={secret} set={setSecret} />
    </Dialog>
  );
}

function SecretInput({ value, set }: { value: string; set: (value: string) => void }) {
  const t = useWords(WORDS);
  return (
    <PasswordInput
      label={t.secret}
      required
      maxLength={8000}
      autoComplete="off"
      value={value}
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
}
