import { ActionIcon, Badge, Button, Menu, Stack, Text, TextInput } from "@mantine/core";
import { IconDeviceLandlinePhone, IconDots, IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { Card } from "@/parts/card";
import { useConfirm } from "@/parts/confirm";
import { Dialog } from "@/parts/dialog";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { Rows } from "@/parts/rows";
import { Secret } from "@/parts/secret";
import { complain, tell } from "@/parts/toasts";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type Account = Schemas["Account"];
type Opened = Schemas["AccountWithPassword"];

const PATH = "/api/v1/sip/accounts";

export default function Telephones() {
  const t = useWords(WORDS);
  const client = useQueryClient();
  const asked = remote.useQuery("get", PATH);
  const [adding, setAdding] = useState(false);
  const [opened, setOpened] = useState<Opened | null>(null);
  const changed = () => void client.invalidateQueries({ queryKey: ["get", PATH] });
  return (
    <Stack>
      <Heading title={t.title} hint={t.hint}>
        <Button leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
          {t.add}
        </Button>
      </Heading>
      {opened && <Secret label={t.passwordOf(opened.uri)} value={opened.password} />}
      <Listing
        asked={{ ...asked, data: asked.data?.accounts }}
        label={t.title}
        id={(account) => account.id}
        empty={{ icon: IconDeviceLandlinePhone, title: t.none, hint: t.noneHint }}
        columns={[
          { name: t.name, show: (account) => account.name },
          { name: t.shown, show: (account) => account.display_name },
          { name: t.address, show: (account) => account.uri },
          {
            name: t.state,
            show: (account) => (
              <Badge variant="default" tt="none">
                {account.disabled ? t.disabled : t.enabled}
              </Badge>
            ),
          },
          { name: "", end: true, show: (account) => <Actions account={account} changed={changed} show={setOpened} /> },
        ]}
      />
      <Devices />
      {adding && (
        <NewAccount
          close={() => setAdding(false)}
          made={(account) => {
            setOpened(account);
            changed();
          }}
        />
      )}
    </Stack>
  );
}

function Actions({
  account,
  changed,
  show,
}: {
  account: Account;
  changed: () => void;
  show: (opened: Opened) => void;
}) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const confirm = useConfirm();
  const params = { params: { path: { account: account.id } } };
  const change = async () => {
    await api.PATCH(`${PATH}/{account}`, { ...params, body: { disabled: !account.disabled } });
    changed();
  };
  const rotate = async () => {
    const { data } = await api.POST(`${PATH}/{account}/password`, params);
    if (data) show(data);
  };
  const remove = async () => {
    await api.DELETE(`${PATH}/{account}`, params);
    tell(t.removed);
    changed();
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t.actionsOf(account.name)}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void change().catch(complain)}>{account.disabled ? t.enable : t.disable}</Menu.Item>
        <Menu.Item
          onClick={() =>
            confirm({
              title: t.passwordSure(account.name),
              hint: t.passwordHint,
              verb: t.password,
              act: () => rotate().catch(complain),
            })
          }
        >
          {t.password}
        </Menu.Item>
        <Menu.Item
          color="red"
          onClick={() =>
            confirm({
              title: t.removeSure(account.name),
              hint: t.removeHint,
              verb: parts.remove,
              act: () => remove().catch(complain),
            })
          }
        >
          {parts.remove}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Devices() {
  const t = useWords(WORDS);
  const client = useQueryClient();
  const asked = remote.useQuery("get", "/api/v1/sip/devices", {}, { refetchInterval: 10_000 });
  const letGo = remote.useMutation("delete", "/api/v1/sip/devices/{device}", {
    onSuccess: () => client.invalidateQueries({ queryKey: ["get", "/api/v1/sip/devices"] }),
    onError: complain,
  });
  const devices = asked.data?.devices ?? [];
  return (
    <Card title={t.registered}>
      {devices.length === 0 ? (
        <Text c="dimmed">{t.noDevices}</Text>
      ) : (
        <Rows
          label={t.registered}
          items={devices}
          id={(device) => device.id}
          columns={[
            { name: t.account, show: (device) => device.account },
            { name: t.device, show: (device) => device.name },
            { name: t.where, show: (device) => device.address },
            { name: t.by, show: (device) => device.transport.toUpperCase() },
            {
              name: "",
              end: true,
              show: (device) => (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t.letGoOf(device.name || device.account)}
                  onClick={() => letGo.mutate({ params: { path: { device: device.id } } })}
                >
                  {t.letGo}
                </Button>
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}

function NewAccount({ close, made }: { close: () => void; made: (account: Opened) => void }) {
  const t = useWords(WORDS);
  const [name, setName] = useState("");
  const [shown, setShown] = useState("");
  const add = async () => {
    const { data } = await api.POST(PATH, { body: { name: name.trim(), display_name: shown.trim() } });
    if (data) made(data);
  };
  return (
    <Dialog opened close={close} title={t.add} verb={t.add} refused={t.refused} act={add}>
      <TextInput
        label={t.name}
        description={t.nameHint}
        required
        maxLength={64}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label={t.shown}
        maxLength={200}
        value={shown}
        onChange={(event) => setShown(event.currentTarget.value)}
      />
    </Dialog>
  );
}
