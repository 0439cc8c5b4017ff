import { Checkbox, NumberInput, Select, SimpleGrid, Stack, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { remote } from "@/api/client";
import { Card } from "@/parts/card";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { type Form, textOf, voicesOf } from "./form";
import { WORDS } from "./words";

interface Props {
  form: Form;
}

const MOST = 20_000;

/** What it is, what it does, and what a model is told. */
export function Instructions({ form: { agent, set } }: Props) {
  const t = useWords(WORDS);
  const show = useFormats();
  const flows = remote.useQuery("get", "/api/v1/flows");
  const published = (flows.data ?? []).filter((flow) => flow.published).map((flow) => flow.name);
  return (
    <Card title={t.instructions}>
      <Stack>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={t.name}
            required
            maxLength={200}
            value={agent.name}
            onChange={(event) => set("name", event.currentTarget.value)}
          />
          <Select
            label={t.flow}
            description={t.flowHint}
            allowDeselect={false}
            searchable
            value={agent.flow}
            onChange={(value) => value && set("flow", value)}
            data={[...new Set([agent.flow, ...published])]}
          />
        </SimpleGrid>
        <Textarea
          label={t.instructions}
          description={t.instructionsHint}
          maxLength={MOST}
          autosize
          minRows={8}
          maxRows={28}
          value={agent.prompt}
          onChange={(event) => set("prompt", event.currentTarget.value)}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 14, lineHeight: 1.55 } }}
        />
        <Text size="xs" c="dimmed" ta="end">
          {t.letters(show.number(agent.prompt.length))}
        </Text>
      </Stack>
    </Card>
  );
}

/** What it hears, speaks and thinks with. */
export function Speech({ form: { agent, set } }: Props) {
  const t = useWords(WORDS);
  const profiles = remote.useQuery("get", "/api/v1/voice-profiles", { params: { query: { limit: 200 } } });
  return (
    <Card title={t.speech}>
      <Stack>
        <SimpleGrid cols={2}>
          <TextInput
            label={t.language}
            required
            maxLength={20}
            value={agent.language}
            onChange={(event) => set("language", event.currentTarget.value)}
          />
          <NumberInput
            label={t.speed}
            min={0.5}
            max={2}
            step={0.05}
            value={agent.speed}
            onChange={(value) => typeof value === "number" && set("speed", value)}
          />
        </SimpleGrid>
        <TagsInput
          label={t.languages}
          description={t.languagesHint}
          value={[...agent.languages]}
          onChange={(value) => set("languages", value)}
        />
        <Select
          label={t.profile}
          description={t.profileHint}
          clearable
          value={agent.voice_profile || null}
          onChange={(value) => set("voice_profile", value ?? "")}
          data={(profiles.data?.items ?? []).map(({ id, form }) => ({ value: id, label: form.name }))}
        />
        <TextInput
          label={t.voice}
          description={t.voiceHint}
          maxLength={100}
          value={agent.voice}
          onChange={(event) => set("voice", event.currentTarget.value)}
        />
        <Textarea
          label={t.voices}
          description={t.voicesHint}
          autosize
          minRows={1}
          defaultValue={textOf(agent.voices)}
          onChange={(event) => set("voices", voicesOf(event.currentTarget.value))}
        />
        <Chain
          label={t.voiceProviders}
          hint={t.chainHint}
          value={agent.voice_providers}
          set={(value) => set("voice_providers", value)}
        />
        <Chain
          label={t.recognisers}
          hint={t.chainHint}
          value={agent.recognisers}
          set={(value) => set("recognisers", value)}
        />
        <Chain label={t.models} hint={t.modelsHint} value={agent.models} set={(value) => set("models", value)} />
        <NumberInput
          label={t.temperature}
          description={t.temperatureHint}
          min={0}
          max={2}
          step={0.1}
          value={agent.temperature ?? ""}
          onChange={(value) => set("temperature", typeof value === "number" ? value : null)}
        />
      </Stack>
    </Card>
  );
}

function Chain(props: { label: string; hint: string; value: readonly string[]; set: (value: string[]) => void }) {
  return (
    <TagsInput label={props.label} description={props.hint} maxTags={8} value={[...props.value]} onChange={props.set} />
  );
}

/** What it says word for word. */
export function Sentences({ form: { agent, set } }: Props) {
  const t = useWords(WORDS);
  return (
    <Card title={t.sentences}>
      <Stack>
        <Textarea
          label={t.greeting}
          description={t.greetingHint}
          maxLength={1000}
          autosize
          value={agent.greeting}
          onChange={(event) => set("greeting", event.currentTarget.value)}
        />
        <Textarea
          label={t.apology}
          required
          maxLength={1000}
          autosize
          value={agent.apology}
          onChange={(event) => set("apology", event.currentTarget.value)}
        />
        <Textarea
          label={t.farewell}
          required
          maxLength={1000}
          autosize
          value={agent.farewell}
          onChange={(event) => set("farewell", event.currentTarget.value)}
        />
        <TagsInput
          label={t.fillers}
          description={t.fillersHint}
          splitChars={[]}
          maxTags={12}
          value={[...agent.fillers]}
          onChange={(value) => set("fillers", value)}
        />
      </Stack>
    </Card>
  );
}

/** How patient it is. */
export function Turns({ form: { agent, set } }: Props) {
  const t = useWords(WORDS);
  const seconds = (
    name: "silence" | "no_silence" | "stalled" | "max_duration",
    label: string,
    least: number,
    most: number,
  ) => (
    <NumberInput
      label={label}
      suffix={` ${t.seconds}`}
      min={least}
      max={most}
      decimalScale={1}
      value={agent[name]}
      onChange={(value) => typeof value === "number" && set(name, value)}
    />
  );
  return (
    <Card title={t.turns}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {seconds("silence", t.silence, 2, 120)}
        {seconds("no_silence", t.noSilence, 0.5, 30)}
        {seconds("stalled", t.stalled, 2, 60)}
        {seconds("max_duration", t.maxDuration, 10, 86_400)}
        <NumberInput
          label={t.nudges}
          min={1}
          max={20}
          allowDecimal={false}
          value={agent.nudges}
          onChange={(value) => typeof value === "number" && set("nudges", value)}
        />
        <NumberInput
          label={t.guesses}
          description={t.guessesHint}
          min={0}
          max={3}
          allowDecimal={false}
          value={agent.guesses}
          onChange={(value) => typeof value === "number" && set("guesses", value)}
        />
        <Checkbox
          label={t.record}
          checked={agent.record}
          onChange={(event) => set("record", event.currentTarget.checked)}
        />
      </SimpleGrid>
    </Card>
  );
}
