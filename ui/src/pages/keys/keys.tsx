import { Badge, Button, Checkbox, Group, Stack, TextInput } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { useConfirm } from "@/parts/confirm";
import { Dialog } from "@/parts/dialog";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { Secret } from "@/parts/secret";
import { complain, tell } from "@/parts/toasts";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type Key = Schemas["KeyOut"];
type Scope = Schemas["NewKey"]["scopes"][number];

const PATH = "/api/v1/auth/api-keys";

function stateOf(key: Key, now: number): "good" | "revoked" | "expired" {
  if (key.revoked) return "revoked";
  return key.expires && new Date(key.expires).getTime() <= now ? "expired" : "good";
}

export default function Keys() {
  const t = useWords(WORDS);
  const show = useFormats();
  const confirm = useConfirm();
  const client = useQueryClient();
  const asked = remote.useQuery("get", PATH);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Schemas["NewKeyOut"] | null>(null);
  const changed = () => client.invalidateQueries({ queryKey: ["get", PATH] });
  const revoke = remote.useMutation("delete", `${PATH}/{key_id}`, {
    onSuccess: () => {
      tell(t.revokedNow);
      void changed();
    },
    onError: complain,
  });
  return (
    <Stack>
      <Heading title={t.title} hint={t.hint}>
        <Button leftSection={<IconPlus size={18} />} onClick={() => setMaking(true)}>
          {t.make}
        </Button>
      </Heading>
      {made && <Secret label={t.made(made.name)} value={made.key} />}
      <Listing
        asked={asked}
        label={t.title}
        id={(key) => key.id}
        empty={{ icon: IconKey, title: t.none, hint: t.noneHint }}
        columns={[
          { name: t.name, show: (key) => key.name },
          { name: t.scopes, show: (key) => <Scopes scopes={key.scopes} /> },
          { name: t.expires, show: (key) => (key.expires ? show.day(key.expires) : t.never) },
          { name: t.used, show: (key) => (key.last_used ? show.ago(key.last_used) : t.notUsed) },
          {
            name: t.state,
            show: (key) => (
              <Badge variant="default" tt="none">
                {t[stateOf(key, Date.now())]}
              </Badge>
            ),
          },
          {
            name: "",
            end: true,
            show: (key) =>
              key.revoked ? null : (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t.revokeOf(key.name)}
                  onClick={() =>
                    confirm({
                      title: t.revokeSure(key.name),
                      hint: t.revokeHint,
                      verb: t.revoke,
                      act: () => revoke.mutate({ params: { path: { key_id: key.id } } }),
                    })
                  }
                >
                  {t.revoke}
                </Button>
              ),
          },
        ]}
      />
      {making && (
        <NewKey
          close={() => setMaking(false)}
          made={(key) => {
            setMade(key);
            void changed();
          }}
        />
      )}
    </Stack>
  );
}

function Scopes({ scopes }: { scopes: readonly string[] }) {
  const t = useWords(WORDS);
  const names: Readonly<Record<string, string>> = t.scope;
  return (
    <Group gap={4}>
      {scopes.map((scope) => (
        <Badge key={scope} variant="default" tt="none" fw={400}>
          {names[scope] ?? scope}
        </Badge>
      ))}
    </Group>
  );
}

function NewKey({ close, made }: { close: () => void; made: (key: Schemas["NewKeyOut"]) => void }) {
  const t = useWords(WORDS);
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["calls:read"]);
  const [day, setDay] = useState("");
  const make = async () => {
    if (!scopes.length) throw new Error(t.noScope);
    const expires = day ? new Date(`${day}T23:59:59`).toISOString() : undefined;
    const { data } = await api.POST(PATH, { body: { name, scopes, expires } });
    if (data) made(data);
  };
  return (
    <Dialog opened close={close} title={t.make} verb={t.make} refused={t.refused} act={make}>
      <TextInput
        label={t.name}
        description={t.nameHint}
        required
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Checkbox.Group label={t.scopes} value={scopes} onChange={(chosen) => setScopes(chosen as Scope[])}>
        <Stack gap="xs" mt="xs">
          {Object.entries(t.scope).map(([scope, label]) => (
            <Checkbox key={scope} value={scope} label={label} />
          ))}
        </Stack>
      </Checkbox.Group>
      <TextInput
        type="date"
        label={t.expires}
        description={t.expiresHint}
        value={day}
        onChange={(event) => setDay(event.currentTarget.value)}
      />
    </Dialog>
  );
}
