import { Anchor, Badge, Button, Select, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconSitemap } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, remote } from "@/api/client";
import { useSession } from "@/frame/session";
import { Dialog } from "@/parts/dialog";
import { Heading } from "@/parts/heading";
import { Listing } from "@/parts/listing";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { TEMPLATES, type Template } from "./templates";
import { WORDS } from "./words";

export default function Flows() {
  const t = useWords(WORDS);
  const show = useFormats();
  const { may } = useSession();
  const asked = remote.useQuery("get", "/api/v1/flows");
  const [adding, setAdding] = useState(false);
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
        asked={asked}
        label={t.title}
        id={(flow) => flow.id}
        empty={{ icon: IconSitemap, title: t.none, hint: t.noneHint }}
        columns={[
          {
            name: t.name,
            show: (flow) => (
              <Anchor component={Link} to={`/flows/${flow.name}`}>
                {flow.name}
              </Anchor>
            ),
          },
          {
            name: t.published,
            show: (flow) => (
              <Badge variant="default" tt="none">
                {flow.published ? t.version(show.number(flow.published)) : t.unpublished}
              </Badge>
            ),
          },
          { name: t.changed, show: (flow) => show.ago(flow.changed) },
        ]}
      />
      {adding && <NewFlow close={() => setAdding(false)} />}
    </Stack>
  );
}

function NewFlow({ close }: { close: () => void }) {
  const t = useWords(WORDS);
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [template, setTemplate] = useState<Template>("model");
  const begin = async () => {
    await api.POST("/api/v1/flows", { body: { name, text: TEMPLATES[template] } });
    await navigate(`/flows/${name}`);
  };
  return (
    <Dialog opened close={close} title={t.add} verb={t.add} refused={t.refused} act={begin}>
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
        label={t.template}
        allowDeselect={false}
        value={template}
        onChange={(value) => value && setTemplate(value as Template)}
        data={Object.entries(t.templates).map(([value, label]) => ({ value, label }))}
      />
    </Dialog>
  );
}
