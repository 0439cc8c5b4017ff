import { Anchor, Breadcrumbs, Button, SimpleGrid, Stack, Text } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconDeviceFloppy, IconMessage } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { api, remote } from "@/api/client";
import { useSession } from "@/frame/session";
import { useConfirm } from "@/parts/confirm";
import { Failed } from "@/parts/failed";
import { Heading } from "@/parts/heading";
import { PageLoading } from "@/parts/loading";
import { complain, tell } from "@/parts/toasts";
import { Unsaved } from "@/parts/unsaved";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { Talk } from "./agents";
import { type Agent, useForm } from "./form";
import { Latency } from "./latency";
import { Instructions, Sentences, Speech, Turns } from "./sections";
import { Versions } from "./versions";
import { WORDS } from "./words";
import { Write } from "./write";

export default function AgentPage() {
  const { agent: id = "" } = useParams();
  const found = remote.useQuery(
    "get",
    "/api/v1/agents/{agent_id}",
    { params: { path: { agent_id: id } } },
    { refetchOnWindowFocus: false },
  );
  if (found.error) return <Failed error={found.error} retry={found.refetch} />;
  if (!found.data) return <PageLoading />;
  return <Shown saved={found.data} key={found.data.id} />;
}

function Shown({ saved }: { saved: Agent }) {
  const t = useWords(WORDS);
  const client = useQueryClient();
  const { may } = useSession();
  const form = useForm(saved);
  const [writing, { open, close }] = useDisclosure(false);
  const saving = useMutation({
    mutationFn: () =>
      api.PATCH("/api/v1/agents/{agent_id}", { params: { path: { agent_id: saved.id } }, body: form.changed }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["get"] });
      form.discard();
      tell(t.saved);
    },
  });
  const writes = may("admin", "developer");
  const save = () => form.dirty && saving.mutate();
  useHotkeys([["mod+S", save]], []);
  return (
    <Stack gap="md">
      <Unsaved when={form.dirty} />
      <Breadcrumbs>
        <Anchor component={Link} to="/agents">
          {t.title}
        </Anchor>
        <Text size="sm">{saved.name}</Text>
      </Breadcrumbs>
      <Heading title={saved.name}>
        <Button variant="default" leftSection={<IconMessage size={18} />} onClick={open}>
          {t.write}
        </Button>
        <Talk agent={saved} size="sm" />
        {writes && (
          <>
            <Remove agent={saved} />
            <Button variant="default" disabled={!form.dirty} onClick={form.discard}>
              {t.discard}
            </Button>
            <Button
              leftSection={<IconDeviceFloppy size={18} />}
              disabled={!form.dirty}
              loading={saving.isPending}
              onClick={save}
            >
              {t.save}
            </Button>
          </>
        )}
      </Heading>
      {saving.error && <Failed error={saving.error} title={t.refused} />}
      <Instructions form={form} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} style={{ alignItems: "start" }}>
        <Speech form={form} />
        <Stack>
          <Sentences form={form} />
          <Turns form={form} />
          <Latency agent={saved.id} />
          <Versions agent={saved.id} restored={form.discard} />
        </Stack>
      </SimpleGrid>
      <Write agent={saved} opened={writing} close={close} />
    </Stack>
  );
}

function Remove({ agent }: { agent: Agent }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const confirm = useConfirm();
  const navigate = useNavigate();
  const client = useQueryClient();
  const remove = async () => {
    await api.DELETE("/api/v1/agents/{agent_id}", { params: { path: { agent_id: agent.id } } });
    tell(t.removed);
    await navigate("/agents");
    await client.invalidateQueries({ queryKey: ["get", "/api/v1/agents"] });
  };
  return (
    <Button
      variant="default"
      c="var(--mantine-color-error)"
      onClick={() =>
        confirm({
          title: t.removeSure(agent.name),
          hint: t.removeHint,
          verb: parts.remove,
          act: () => remove().catch(complain),
        })
      }
    >
      {parts.remove}
    </Button>
  );
}
