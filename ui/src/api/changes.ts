/** What changes about calls, as it happens: whatever was asked about calls is asked again. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { actingFor } from "./client";

const PAUSE = 300; // milliseconds: a turn is several events at once

/** Follow one call, or all of them. A stream cannot say for whom one acts: then the pages ask every few seconds. */
export function useCallChanges(call?: string, follow = true): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!follow || actingFor()) return;
    const stream = new EventSource(`/api/v1/calls/changes${call ? `?call=${encodeURIComponent(call)}` : ""}`);
    let timer: ReturnType<typeof setTimeout> | undefined;
    stream.addEventListener("change", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        void client.invalidateQueries({
          predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/calls"),
        });
      }, PAUSE);
    });
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [client, call, follow]);
}
