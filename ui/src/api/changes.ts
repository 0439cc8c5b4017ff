/** What changes about calls, as it happens: whatever was asked about calls is asked again. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { actingFor } from "./client";

const SOON = 300; // milliseconds: a turn is several events at once
const SURELY = 1_500; // a change is told as it happens, and can be asked for a little later: by now at the latest
const EVERY = 5_000; // what acting for others, and a stream that broke, leaves to asking

/** Follow one call, or all of them. A stream cannot say for whom one acts: then it is asked every few seconds. */
export function useCallChanges(call?: string, follow = true): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!follow) return;
    const askAgain = () =>
      void client.invalidateQueries({
        predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/calls"),
      });
    const timers: ReturnType<typeof setTimeout>[] = [];
    const changed = () => {
      timers.splice(0).forEach(clearTimeout);
      timers.push(setTimeout(askAgain, SOON), setTimeout(askAgain, SURELY));
    };
    const asking = call || actingFor() ? setInterval(askAgain, EVERY) : undefined;
    const stream = actingFor()
      ? null
      : new EventSource(`/api/v1/calls/changes${call ? `?call=${encodeURIComponent(call)}` : ""}`);
    stream?.addEventListener("change", changed);
    return () => {
      timers.forEach(clearTimeout);
      clearInterval(asking);
      stream?.close();
    };
  }, [client, call, follow]);
}
