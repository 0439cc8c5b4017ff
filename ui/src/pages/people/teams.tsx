import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconUsersGroup } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { useConfirm } from "@/parts/confirm";
import { Dialog } from "@/parts/dialog";
import { Listing } from "@/parts/listing";
import { Rows } from "@/parts/rows";
import { complain } from "@/parts/toasts";
import { WORDS as PARTS } from "@/parts/words";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type Team = Schemas["TeamOut"];
type TeamRole = Schemas["MemberOut"]["role"];

const PATH = "/api/v1/teams";

export function Teams() {
  const t = useWords(WORDS);
  const show = useFormats();
  const client = useQueryClient();
  const confirm = useConfirm();
  const [making, setMaking] = useState(false);
  const [opened, setOpened] = useState<Team | null>(null);
  const asked = remote.useQuery("get", PATH, { params: { query: { limit: 200 } } });
  const changed = () => void client.invalidateQueries({ queryKey: ["get", PATH] });
  const dissolve = (team: Team) =>
    api
      .DELETE(`${PATH}/{team_id}`, { params: { path: { team_id: team.id } } })
      .catch(complain)
      .then(changed);
  return (
    <Stack>
      <Group justify="flex-end">
        <Button leftSection={<IconPlus size={18} />} onClick={() => setMaking(true)}>
          {t.newTeam}
        </Button>
      </Group>
      <Listing
        asked={{ ...asked, data: asked.data?.items }}
        label={t.teams}
        id={(team) => team.id}
        empty={{ icon: IconUsersGroup, title: t.noTeams, hint: t.noTeamsHint }}
        columns={[
          { name: t.team, show: (team) => team.name },
          { name: t.size, show: (team) => show.number(team.size) },
          { name: t.since, show: (team) => show.day(team.created) },
          {
            name: "",
            end: true,
            show: (team) => (
              <Group gap="xs" justify="flex-end">
                <Button size="xs" variant="default" aria-label={t.membersOf(team.name)} onClick={() => setOpened(team)}>
                  {t.members}
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t.dissolveOf(team.name)}
                  onClick={() =>
                    confirm({
                      title: t.dissolveSure(team.name),
                      hint: t.dissolveHint,
                      verb: t.dissolve,
                      act: () => dissolve(team),
                    })
                  }
                >
                  {t.dissolve}
                </Button>
              </Group>
            ),
          },
        ]}
      />
      {making && <NewTeam close={() => setMaking(false)} made={changed} />}
      {opened && <Members team={opened} close={() => setOpened(null)} changed={changed} />}
    </Stack>
  );
}

function NewTeam({ close, made }: { close: () => void; made: () => void }) {
  const t = useWords(WORDS);
  const [name, setName] = useState("");
  const make = () => api.POST(PATH, { body: { name: name.trim() } }).then(made);
  return (
    <Dialog opened close={close} title={t.newTeam} verb={t.newTeam} refused={t.teamRefused} act={make}>
      <TextInput
        label={t.name}
        required
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
    </Dialog>
  );
}

function Members({ team, close, changed }: { team: Team; close: () => void; changed: () => void }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const asked = remote.useQuery("get", `${PATH}/{team_id}/members`, { params: { path: { team_id: team.id } } });
  const users = remote.useQuery("get", "/api/v1/users", { params: { query: { limit: 200 } } });
  const [user, setUser] = useState<string | null>(null);
  const [role, setRole] = useState<TeamRole>("member");
  const done = () => {
    void asked.refetch();
    changed();
  };
  const add = (whom: string) =>
    api
      .POST(`${PATH}/{team_id}/members`, { params: { path: { team_id: team.id } }, body: { user: whom, role } })
      .then(() => setUser(null), complain)
      .then(done);
  const take = (whom: string) =>
    api
      .DELETE(`${PATH}/{team_id}/members/{user_id}`, { params: { path: { team_id: team.id, user_id: whom } } })
      .catch(complain)
      .then(done);
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t.membersOf(team.name)}
      closeButtonProps={{ "aria-label": parts.close }}
    >
      <Stack>
        <Rows
          label={t.membersOf(team.name)}
          items={asked.data?.items ?? []}
          id={(member) => member.user}
          columns={[
            { name: t.name, show: (member) => member.name },
            { name: t.role, show: (member) => t.teamRoles[member.role] },
            {
              name: "",
              end: true,
              show: (member) => (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t.takeOutOf(member.name)}
                  onClick={() => void take(member.user)}
                >
                  {t.takeOut}
                </Button>
              ),
            },
          ]}
        />
        <Group align="flex-end">
          <Select
            label={t.user}
            searchable
            value={user}
            onChange={setUser}
            data={(users.data?.items ?? []).map((one) => ({ value: one.id, label: one.name || one.email }))}
          />
          <Select
            label={t.role}
            allowDeselect={false}
            value={role}
            onChange={(value) => value && setRole(value as TeamRole)}
            data={Object.entries(t.teamRoles).map(([value, label]) => ({ value, label }))}
          />
          <Button disabled={!user} onClick={() => user && void add(user)}>
            {t.addMember}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
