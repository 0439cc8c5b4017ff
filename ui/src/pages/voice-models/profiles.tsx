import { Button, Group, NumberInput, Select, SimpleGrid, Textarea, TextInput } from "@mantine/core";
import { IconPlayerPlay, IconPlus, IconWaveSine } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, ask, remote, type Schemas } from "@/api/client";
import { useSession } from "@/frame/session";
import { Card } from "@/parts/card";
import { useConfirm } from "@/parts/confirm";
import { Dialog } from "@/parts/dialog";
import { Listing } from "@/parts/listing";
import { complain } from "@/parts/toasts";
import { WORDS as PARTS } from "@/parts/words";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

type Profile = Schemas["VoiceProfileOut"];

const PATH = "/api/v1/voice-profiles";

/** Voices under names of the house's own, that agents refer to. */
export function Profiles({ voices }: { voices: readonly string[] }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const confirm = useConfirm();
  const client = useQueryClient();
  const { may } = useSession();
  const asked = remote.useQuery("get", PATH, { params: { query: { limit: 200 } } });
  const [adding, setAdding] = useState(false);
  const changed = () => client.invalidateQueries({ queryKey: ["get", PATH] });
  const remove = (profile: Profile) =>
    api.DELETE(`${PATH}/{profile}`, { params: { path: { profile: profile.id } } }).then(changed, complain);
  return (
    <Card
      title={t.profiles}
      aside={
        may("admin", "developer") && (
          <Button size="xs" variant="default" leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
            {t.addProfile}
          </Button>
        )
      }
    >
      <Listing
        asked={{ ...asked, data: asked.data?.items }}
        label={t.profiles}
        id={(profile) => profile.id}
        empty={{ icon: IconWaveSine, title: t.noProfile, hint: t.noProfileHint }}
        columns={[
          { name: t.name, show: (profile: Profile) => profile.form.name },
          {
            name: t.model,
            show: ({ form }) => [form.provider, form.voice, form.language].filter(Boolean).join(" · "),
          },
          {
            name: parts.actions,
            end: true,
            show: (profile) => (
              <Group gap="xs" justify="flex-end" wrap="nowrap">
                <Listen profile={profile} />
                {may("admin", "developer") && (
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t.removeOf(profile.form.name)}
                    onClick={() =>
                      confirm({
                        title: `${t.removeOf(profile.form.name)}?`,
                        hint: t.removeHint,
                        verb: parts.remove,
                        act: () => remove(profile),
                      })
                    }
                  >
                    {parts.remove}
                  </Button>
                )}
              </Group>
            ),
          },
        ]}
      />
      {adding && <NewProfile voices={voices} close={() => setAdding(false)} done={changed} />}
    </Card>
  );
}

function Listen({ profile }: { profile: Profile }) {
  const t = useWords(WORDS);
  const sound = useRef<HTMLAudioElement | null>(null);
  const listening = useMutation({
    mutationFn: async () => {
      const answer = await ask(new Request(`${PATH}/${profile.id}/listen`, { method: "POST" }));
      sound.current?.pause();
      sound.current = new Audio(URL.createObjectURL(await answer.blob()));
      await sound.current.play();
    },
    onError: complain,
  });
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconPlayerPlay size={16} />}
      loading={listening.isPending}
      aria-label={t.listenTo(profile.form.name)}
      onClick={() => listening.mutate()}
    >
      {t.listen}
    </Button>
  );
}

interface NewProps {
  voices: readonly string[];
  close: () => void;
  done: () => Promise<unknown>;
}

function NewProfile({ voices, close, done }: NewProps) {
  const t = useWords(WORDS);
  const [form, setForm] = useState({
    name: "",
    provider: voices[0] ?? "local",
    voice: "",
    speed: 1,
    language: "en",
    sample: "",
  });
  const set = (more: Partial<typeof form>) => setForm((before) => ({ ...before, ...more }));
  const make = () => {
    const { sample, ...rest } = form;
    return api.POST(PATH, { body: sample ? form : rest }).then(done);
  };
  return (
    <Dialog opened close={close} title={t.addProfile} verb={t.addProfile} refused={t.notTaken} act={make}>
      <TextInput
        label={t.name}
        required
        maxLength={100}
        value={form.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        data-autofocus
      />
      <Select
        label={t.provider}
        allowDeselect={false}
        value={form.provider}
        onChange={(value) => value && set({ provider: value })}
        data={[...voices]}
      />
      <TextInput
        label={t.voice}
        description={t.voiceHint}
        maxLength={100}
        value={form.voice}
        onChange={(event) => set({ voice: event.currentTarget.value })}
      />
      <SimpleGrid cols={2}>
        <TextInput
          label={t.language}
          required
          maxLength={20}
          value={form.language}
          onChange={(event) => set({ language: event.currentTarget.value })}
        />
        <NumberInput
          label={t.speed}
          min={0.5}
          max={2}
          step={0.05}
          value={form.speed}
          onChange={(value) => typeof value === "number" && set({ speed: value })}
        />
      </SimpleGrid>
      <Textarea
        label={t.sample}
        description={t.sampleHint}
        maxLength={300}
        autosize
        value={form.sample}
        onChange={(event) => set({ sample: event.currentTarget.value })}
      />
    </Dialog>
  );
}
