/** Who can answer a number: agents, published flows and queues, by one value for a list to choose from. */
import { remote, type Schemas } from "@/api/client";
import { spokenAddress } from "@/parts/addresses";
import { useWords } from "@/words/words";
import { WORDS } from "./words";

export type Target = Schemas["TargetOut"];

export function choiceOf(target: Target | null): string {
  return target ? `${target.kind}:${target.id}` : "";
}

export function targetOf(value: string | null): Target | null {
  if (!value) return null;
  const at = value.indexOf(":");
  return { kind: value.slice(0, at) as Target["kind"], id: value.slice(at + 1) };
}

export interface Choice {
  readonly group: string;
  readonly items: readonly { readonly value: string; readonly label: string }[];
}

/** Return the choices, and how a target is called. */
export function useTargets(): { choices: Choice[]; called: (target: Target | null) => string } {
  const t = useWords(WORDS);
  const agents = remote.useQuery("get", "/api/v1/agents", {}, { staleTime: 60_000 });
  const flows = remote.useQuery("get", "/api/v1/flows", {}, { staleTime: 60_000 });
  const queues = remote.useQuery("get", "/api/v1/queues", {}, { staleTime: 60_000 });
  const items = {
    agent: (agents.data ?? []).map((agent) => ({ value: `agent:${agent.id}`, label: agent.name })),
    flow: (flows.data ?? [])
      .filter((flow) => flow.published > 0)
      .map((flow) => ({ value: `flow:${flow.name}`, label: flow.name })),
    queue: (queues.data?.items ?? []).map((queue) => ({ value: `queue:${queue.id}`, label: queue.form.name })),
  };
  const names = new Map(Object.values(items).flatMap((some) => some.map((one) => [one.value, one.label] as const)));
  return {
    choices: (["agent", "flow", "queue"] as const)
      .filter((kind) => items[kind].length > 0)
      .map((kind) => ({ group: t.kinds[kind], items: items[kind] })),
    called: (target) => (target ? `${names.get(choiceOf(target)) ?? target.id} (${t.kinds[target.kind]})` : t.nobody),
  };
}

/** A number as people write it. */
export function written(number: string): string {
  return spokenAddress(number);
}
