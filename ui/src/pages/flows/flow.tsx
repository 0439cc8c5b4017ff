import { Alert, Anchor, Badge, Breadcrumbs, Button, Group, Menu, SegmentedControl, Stack, Text } from "@mantine/core";
import { useHotkeys, useViewportSize } from "@mantine/hooks";
import { IconDeviceFloppy, IconPlus, IconRocket, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { Link, useParams } from "react-router";
import { api, remote, type Schemas } from "@/api/client";
import { asProblem } from "@/api/problem";
import { useSession } from "@/frame/session";
import { useConfirm } from "@/parts/confirm";
import { Failed } from "@/parts/failed";
import { Heading } from "@/parts/heading";
import { Loading, PageLoading } from "@/parts/loading";
import { complain, tell } from "@/parts/toasts";
import { Unsaved } from "@/parts/unsaved";
import { WORDS as PARTS } from "@/parts/words";
import { useFormats } from "@/words/formats";
import { useWords } from "@/words/words";
import { add, connect, remove } from "./edits";
import { FlowGraph } from "./graph";
import classes from "./graph.module.css";
import { KINDS, type Kind, outline } from "./outline";
import { Problems, useVerdict } from "./problems";
import { Publish } from "./publish";
import { Versions } from "./versions";
import { WORDS } from "./words";

type Flow = Schemas["FlowWithDraft"];

const Editor = lazy(() => import("./editor").then((module) => ({ default: module.Editor })));
const NARROW = 992;

export default function FlowPage() {
  const { flow: name = "" } = useParams();
  const found = remote.useQuery(
    "get",
    "/api/v1/flows/{flow}",
    { params: { path: { flow: name } } },
    { refetchOnWindowFocus: false },
  );
  if (found.error) return <Failed error={found.error} retry={found.refetch} />;
  if (!found.data) return <PageLoading />;
  return <Desk flow={found.data} reload={found.refetch} key={found.data.id} />;
}

/** The text being worked on; everything else on the page follows from it. */
function useDraft(flow: Flow) {
  const t = useWords(WORDS);
  const client = useQueryClient();
  const [text, setText] = useState(flow.draft);
  const saving = useMutation({
    mutationFn: async () => {
      const { data } = await api.PUT("/api/v1/flows/{flow}/draft", {
        params: { path: { flow: flow.name } },
        body: { text, revision: flow.revision },
      });
      return data;
    },
    onSuccess: (data) => {
      client.setQueryData(["get", "/api/v1/flows/{flow}", { params: { path: { flow: flow.name } } }], data);
      void client.invalidateQueries({ queryKey: ["get", "/api/v1/flows"] });
      tell(t.savedNow);
    },
    onError: (error) => asProblem(error).status !== 409 && complain(error),
  });
  return { text, setText, saving, dirty: text !== flow.draft };
}

function Desk({ flow, reload }: { flow: Flow; reload: () => Promise<unknown> }) {
  const t = useWords(WORDS);
  const parts = useWords(PARTS);
  const show = useFormats();
  const confirm = useConfirm();
  const { may } = useSession();
  const writes = may("admin");
  const { text, setText, saving, dirty } = useDraft(flow);
  const { width } = useViewportSize();
  const narrow = width > 0 && width < NARROW;
  const [sides, setSides] = useState<"both" | "graph" | "text">("both");
  const shownSides = narrow && sides === "both" ? "graph" : sides;
  const [chosen, setChosen] = useState("");
  const [shown, setShown] = useState<{ line: number } | null>(null);
  const [publishing, setPublishing] = useState(false);
  const drawn = useMemo(() => outline(text), [text]);
  const verdict = useVerdict(text);
  const wrong = useMemo(
    () => new Map((verdict.problems ?? []).filter((one) => one.node).map((one) => [one.node, one.message])),
    [verdict.problems],
  );
  const complaints = useMemo(
    () =>
      (verdict.problems ?? []).map((one) => ({
        line: one.line || lineOf(drawn.nodes, one.node),
        message: one.message,
      })),
    [verdict.problems, drawn.nodes],
  );
  const choose = useCallback(
    (name: string) => {
      setChosen(name);
      const line = lineOf(drawn.nodes, name);
      if (line) setShown({ line });
    },
    [drawn.nodes],
  );
  const addNode = (kind: Kind) => {
    const made = add(text, kind);
    setText(made.text);
    setChosen(made.name);
  };
  const save = () => writes && dirty && saving.mutate();
  useHotkeys([["mod+S", save]], []);
  return (
    <Stack gap="md">
      <Unsaved when={dirty} />
      <Breadcrumbs>
        <Anchor component={Link} to="/flows">
          {t.title}
        </Anchor>
        <Text size="sm">{flow.name}</Text>
      </Breadcrumbs>
      <Heading title={flow.name}>
        <Badge variant="default" tt="none" size="lg">
          {flow.published ? `${t.published}: ${t.version(show.number(flow.published))}` : t.unpublished}
        </Badge>
        <Badge variant="default" tt="none" size="lg">
          {t.draft}: {dirty ? t.unsaved : t.saved}
        </Badge>
      </Heading>
      <Group justify="space-between">
        <SegmentedControl
          aria-label={t.shown}
          value={shownSides}
          onChange={(value) => setSides(value as typeof sides)}
          data={[
            ...(narrow ? [] : [{ value: "both", label: t.both }]),
            { value: "graph", label: t.onlyGraph },
            { value: "text", label: t.onlyText },
          ]}
        />
        {writes && (
          <Group gap="xs">
            <Menu position="bottom-end">
              <Menu.Target>
                <Button variant="default" leftSection={<IconPlus size={18} />}>
                  {t.addNode}
                </Button>
              </Menu.Target>
              <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
                {KINDS.map((kind) => (
                  <Menu.Item key={kind} onClick={() => addNode(kind)}>
                    {t.kind[kind]}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
            {chosen && (
              <Button
                variant="default"
                leftSection={<IconTrash size={18} />}
                onClick={() =>
                  confirm({
                    title: t.removeNode(chosen),
                    hint: t.removeHint,
                    verb: parts.remove,
                    act: () => {
                      setText(remove(text, chosen));
                      setChosen("");
                    },
                  })
                }
              >
                {t.removeNode(chosen)}
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<IconDeviceFloppy size={18} />}
              disabled={!dirty}
              loading={saving.isPending}
              onClick={save}
            >
              {t.save}
            </Button>
            <Button
              leftSection={<IconRocket size={18} />}
              disabled={dirty || !verdict.usable}
              onClick={() => setPublishing(true)}
            >
              {t.publish}
            </Button>
          </Group>
        )}
      </Group>
      {saving.error && asProblem(saving.error).status === 409 && (
        <Alert color="red" variant="outline" title={asProblem(saving.error).message} role="alert">
          {t.outdated}
          <Group mt="sm">
            <Button size="xs" variant="default" onClick={() => reload().then(() => location.reload())}>
              {t.load}
            </Button>
          </Group>
        </Alert>
      )}
      <Text size="sm" c="dimmed">
        {t.chooseHint}
      </Text>
      <div className={shownSides === "both" ? classes.sides : undefined}>
        {shownSides !== "text" && (
          <div className={classes.frame}>
            <FlowGraph
              nodes={drawn.nodes}
              problems={wrong}
              chosen={chosen}
              choose={choose}
              connect={writes ? (node, path, target) => setText(connect(text, node, path, target)) : undefined}
            />
          </div>
        )}
        {shownSides !== "graph" && (
          <div className={classes.frame}>
            <Suspense fallback={<Loading rows={8} />}>
              <Editor
                text={text}
                change={setText}
                complaints={complaints}
                shown={shown}
                label={t.text}
                readOnly={!writes}
              />
            </Suspense>
          </div>
        )}
      </div>
      <Problems verdict={verdict} broken={drawn.problem} go={choose} />
      <Versions flow={flow} />
      {publishing && <Publish flow={flow} close={() => setPublishing(false)} />}
    </Stack>
  );
}

function lineOf(nodes: readonly { name: string; line: number }[], name: string): number {
  return nodes.find((node) => node.name === name)?.line ?? 0;
}
