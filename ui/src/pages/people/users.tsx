import { Badge, Button, Select } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { api, remote, type Schemas } from "@/api/client";
import { isRole, ROLES } from "@/api/people";
import { useSession } from "@/frame/session";
import { useConfirm } from "@/parts/confirm";
import { Listing } from "@/parts/listing";
import { complain, tell } from "@/parts/toasts";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type User = Schemas["UserOut"];

const PATH = "/api/v1/users";

export function Users() {
  const t = useWords(WORDS);
  const show = useFormats();
  const asked = remote.useQuery("get", PATH, { params: { query: { limit: 200 } } });
  return (
    <Listing
      asked={{ ...asked, data: asked.data?.items }}
      label={t.users}
      id={(user) => user.id}
      empty={{ icon: IconUsers, title: t.noUsers, hint: t.noUsersHint }}
      columns={[
        { name: t.name, show: (user) => user.name },
        { name: t.email, show: (user) => user.email },
        { name: t.role, show: (user) => <Role user={user} /> },
        {
          name: t.state,
          show: (user) => (
            <Badge variant="default" tt="none">
              {user.active ? t.active : t.inactive}
            </Badge>
          ),
        },
        { name: t.since, show: (user) => show.day(user.created) },
        { name: "", end: true, show: (user) => <Access user={user} /> },
      ]}
    />
  );
}

function useChange(user: User) {
  const t = useWords(WORDS);
  const client = useQueryClient();
  return (change: Schemas["UserChange"]) =>
    api
      .PATCH(`${PATH}/{user_id}`, { params: { path: { user_id: user.id } }, body: change })
      .then(() => tell(t.changed), complain)
      .then(() => client.invalidateQueries({ queryKey: ["get", PATH] }));
}

function Role({ user }: { user: User }) {
  const t = useWords(WORDS);
  const { person } = useSession();
  const change = useChange(user);
  if (user.id === person.id) return t.roles[user.role];
  return (
    <Select
      aria-label={t.roleOf(user.name || user.email)}
      size="xs"
      w={190}
      allowDeselect={false}
      value={user.role}
      onChange={(role) => role && isRole(role) && void change({ role })}
      data={ROLES.map((role) => ({ value: role, label: t.roles[role] }))}
    />
  );
}

function Access({ user }: { user: User }) {
  const t = useWords(WORDS);
  const confirm = useConfirm();
  const { person } = useSession();
  const change = useChange(user);
  const name = user.name || user.email;
  if (user.id === person.id) return null;
  if (!user.active) {
    return (
      <Button size="xs" variant="default" onClick={() => void change({ active: true })}>
        {t.activate}
      </Button>
    );
  }
  return (
    <Button
      size="xs"
      variant="default"
      onClick={() =>
        confirm({
          title: t.deactivateSure(name),
          hint: t.deactivateHint,
          verb: t.deactivate,
          act: () => change({ active: false }),
        })
      }
    >
      {t.deactivate}
    </Button>
  );
}
