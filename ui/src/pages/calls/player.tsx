import { Anchor, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { actingFor, api, ask, remote } from "@/api/client";
import { asProblem } from "@/api/problem";
import { Card } from "@/parts/card";
import { Failed } from "@/parts/failed";
import { Loading } from "@/parts/loading";
import { useWords } from "@/words/words";
import classes from "./call.module.css";
import { Waveform } from "./waveform";
import { WORDS } from "./words";

interface Props {
  call: string;
  name: string;
  seek: { to: number } | null;
  onTime: (at: number) => void;
}

/** Where the sound is. An audio element cannot say for whom one acts: then it is fetched whole. */
function useSound(call: string): string | undefined {
  const address = `/api/v1/calls/${encodeURIComponent(call)}/recording`;
  const fetched = useQuery({
    queryKey: ["recording", call],
    enabled: actingFor() !== "",
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const response = await ask(new Request(new URL(address, location.origin)));
      return URL.createObjectURL(await response.blob());
    },
  });
  return actingFor() ? fetched.data : address;
}

export function Player({ call, name, seek, onTime }: Props) {
  const t = useWords(WORDS);
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const sound = useSound(call);
  const wave = remote.useQuery(
    "get",
    "/api/v1/calls/{call_id}/waveform",
    { params: { path: { call_id: call }, query: { points: 800 } } },
    { retry: false },
  );
  const play = (to: number) => {
    if (!audio.current) return;
    audio.current.currentTime = to;
    void audio.current.play().catch(() => undefined); // a browser may want a click first
  };
  const wanted = useRef(play);
  wanted.current = play;
  useEffect(() => {
    if (seek) wanted.current(seek.to);
  }, [seek]);

  if (wave.error && asProblem(wave.error).status !== 404) return <Failed error={wave.error} retry={wave.refetch} />;
  return (
    <Card title={t.recording} aside={wave.data && <Download call={call} />}>
      {wave.isPending && <Loading rows={1} height={120} />}
      {wave.error && <Text c="dimmed">{t.noRecording}</Text>}
      {wave.data && (
        <>
          <Group gap="md" mb={4} aria-hidden>
            <Text size="xs" className={classes.callerInk}>
              ▲ {t.callerLane}
            </Text>
            <Text size="xs" className={classes.agentInk}>
              ▼ {t.agentLane}
            </Text>
          </Group>
          <Waveform wave={wave.data} at={at} seek={play} />
          {/* biome-ignore lint/a11y/useMediaCaption: the transcript on this page is what captions would say */}
          <audio
            ref={audio}
            src={sound}
            controls
            preload="metadata"
            aria-label={t.recordingOf(name)}
            className={classes.audio}
            onTimeUpdate={(event) => {
              setAt(event.currentTarget.currentTime);
              onTime(event.currentTarget.currentTime);
            }}
          />
        </>
      )}
    </Card>
  );
}

function Download({ call }: { call: string }) {
  const t = useWords(WORDS);
  const save = async () => {
    const { data } = await api.GET("/api/v1/calls/{call_id}/recording", {
      params: { path: { call_id: call } },
      parseAs: "blob",
    });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(data as Blob);
    link.download = `${call}.wav`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Anchor component="button" type="button" size="sm" onClick={() => void save()}>
      {t.download}
    </Anchor>
  );
}
