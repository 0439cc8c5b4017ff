import { Badge, Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { IconMail, IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, remote, type Schemas } from "@/api/client";
import { isRole, ROLES, type Role } from "@/api/people";
import { Dialog } from "@/parts/dialog";
import { Listing } from "@/parts/listing";
import { complain, tell } from "@/parts/toasts";
import { useFormats } from "@/words/formats";
import { LANGUAGES } from "@/words/language";
import { useLanguage, useWords } from "@/words/words";
import { WORDS } from "./words";

type Invitation = Schemas["InvitationOut"];

const PATH = "/api/v1/invitations";

export function Invitations() {
  const t = useWords(WORDS);
  const show = useFormats();
  const client = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const asked = remote.useQuery("get", PATH, { params: { query: { limit: 200 } } });
  const changed = () => void client.invalidateQueries({ queryKey: ["get", PATH] });
  const states: Readonly<Record<string, string>> = t.states;
  return (
    <Stack>
      <Group justify="flex-end">
        <Button leftSection={<IconPlus size={18} />} onClick={() => setInviting(true)}>
          {t.invite}
        </Button>
      </Group>
      <Listing
        asked={{ ...asked, data: asked.data?.items }}
        label={t.invitations}
        id={(one) => one.id}
        empty={{ icon: IconMail, title: t.noInvitations, hint: t.noInvitationsHint }}
        columns={[
          { name: t.email, show: (one) => one.email },
          { name: t.name, show: (one) => one.name },
          { name: t.role, show: (one) => t.roles[one.role] },
          {
            name: t.state,
            show: (one) => (
              <Badge variant="default" tt="none">
                {states[one.state] ?? one.state}
              </Badge>
            ),
          },
          { name: t.until, show: (one) => show.moment(one.expires) },
          { name: "", end: true, show: (one) => <Acts invitation={one} changed={changed} /> },
        ]}
      />
      {inviting && <Invite close={() => setInviting(false)} made={changed} />}
    </Stack>
  );
}

function Acts({ invitation, changed }: { invitation: Invitation; changed: () => void }) {
  const t = useWords(WORDS);
  const params = { params: { path: { invitation_id: invitation.id } } };
  if (invitation.state === "accepted" || invitation.state === "revoked") return null;
  const resend = () => api.POST(`${PATH}/{invitation_id}/resend`, params).then(() => tell(t.invited(invitation.email)));
  const revoke = () => api.DELETE(`${PATH}/{invitation_id}`, params);
  return (
    <Group gap="xs" justify="flex-end">
      <Button
        size="xs"
        variant="default"
        aria-label={t.resendTo(invitation.email)}
        onClick={() => void resend().catch(complain).then(changed)}
      >
        {t.resend}
      </Button>
      <Button
        size="xs"
        variant="default"
        aria-label={t.revokeOf(invitation.email)}
        onClick={() => void revoke().catch(complain).then(changed)}
      >
        {t.revoke}
      </Button>
    </Group>
  );
}

function Invite({ close, made }: { close: () => void; made: () => void }) {
  const t = useWords(WORDS);
  const { language: spoken } = useLanguage();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("agent");
  const [language, setLanguage] = useState<keyof typeof LANGUAGES>(spoken);
  const invite = async () => {
    await api.POST(PATH, { body: { email, name, role, language } });
    tell(t.invited(email));
    made();
  };
  return (
    <Dialog opened close={close} title={t.invite} verb={t.invite} refused={t.inviteRefused} act={invite}>
      <TextInput
        label={t.email}
        type="email"
        required
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput label={t.name} maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Select
        label={t.role}
        allowDeselect={false}
        value={role}
        onChange={(value) => value && isRole(value) && setRole(value)}
        data={ROLES.map((one) => ({ value: one, label: t.roles[one] }))}
      />
      <Select
        label={t.language}
        allowDeselect={false}
        value={language}
        onChange={(value) => setLanguage(value === "de" ? "de" : "en")}
        data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
      />
    </Dialog>
  );
}
