/**
 * What a flow's text says about its graph, read leniently: a draft that could not run yet is drawn as far as it goes.
 *
 * Every kind of node has outputs: fields that name the node to go on at. Which of them a kind has is the table below; it
 * follows `targets` in the server's `flow/graph.py`.
 */
import { isMap, isScalar, LineCounter, type ParsedNode, parseDocument, type YAMLMap } from "yaml";

export const KINDS = [
  "start",
  "classify",
  "ask",
  "agent",
  "say",
  "tool",
  "branch",
  "transfer",
  "queue",
  "voicemail",
  "assign",
  "sub_flow",
  "hang_up",
] as const;

export type Kind = (typeof KINDS)[number];

/** Plain outputs, and maps whose values are outputs. */
export const OUTPUTS: Readonly<Record<Kind, { fields: readonly string[]; maps: readonly string[] }>> = {
  start: { fields: ["next"], maps: [] },
  classify: { fields: ["filled", "lost"], maps: ["routes"] },
  ask: { fields: ["next", "changed", "unfit", "lost"], maps: ["routes"] },
  agent: { fields: ["failed", "lost"], maps: ["routes"] },
  say: { fields: ["next"], maps: [] },
  tool: { fields: ["next", "failed"], maps: [] },
  branch: { fields: ["otherwise"], maps: ["cases"] },
  transfer: { fields: ["failed"], maps: [] },
  queue: { fields: ["failed"], maps: [] },
  voicemail: { fields: ["next"], maps: [] },
  assign: { fields: ["next"], maps: [] },
  sub_flow: { fields: ["next"], maps: [] },
  hang_up: { fields: [], maps: [] },
};

/** Targets that are no nodes. */
export const ELSEWHERE = ["back", "restart", "return", "repeat"];

export interface Output {
  /** Where in the node it is written, such as `["routes", "book"]`. */
  readonly path: readonly string[];
  readonly label: string;
  /** Empty: it leads nowhere yet. */
  readonly target: string;
}

export interface FlowNode {
  readonly name: string;
  readonly kind: Kind | "unknown";
  /** What it says or asks, in one line. */
  readonly says: string;
  readonly outputs: readonly Output[];
  /** Line of the text, from 1. */
  readonly line: number;
}

export interface Outline {
  readonly nodes: readonly FlowNode[];
  /** Why the text is no YAML; empty if it is. */
  readonly problem: string;
}

export function isKind(value: unknown): value is Kind {
  return typeof value === "string" && (KINDS as readonly string[]).includes(value);
}

export function outline(text: string): Outline {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
  const nodes = isMap(document.contents) ? document.contents.get("nodes", true) : null;
  const problem = document.errors[0]?.message.split("\n")[0] ?? "";
  if (!isMap(nodes)) return { nodes: [], problem };
  const found = nodes.items.flatMap((pair): FlowNode[] => {
    const key = pair.key as ParsedNode | null;
    const name = isScalar(key) ? String(key.value) : "";
    if (!name || !isMap(pair.value)) return [];
    return [read(name, pair.value, lines.linePos(key?.range?.[0] ?? 0).line)];
  });
  return { nodes: found, problem };
}

function read(name: string, node: YAMLMap, line: number): FlowNode {
  const type = node.get("type");
  const kind = isKind(type) ? type : "unknown";
  const { fields, maps } = kind === "unknown" ? { fields: [], maps: [] } : OUTPUTS[kind];
  const outputs: Output[] = fields.map((field) => ({ path: [field], label: field, target: textOf(node.get(field)) }));
  for (const map of maps) {
    const routes = node.get(map);
    if (!isMap(routes)) continue;
    for (const pair of routes.items) {
      const label = isScalar(pair.key) ? String(pair.key.value) : "";
      const to = isMap(pair.value) ? pair.value.get("to") : isScalar(pair.value) ? pair.value.value : "";
      outputs.push({ path: [map, label], label, target: textOf(to) });
    }
  }
  return { name, kind, says: says(node), outputs, line };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const TELLING = ["text", "greeting", "opening", "prompt", "tool", "flow", "queue", "by", "slot"];

function says(node: YAMLMap): string {
  const prompts = node.get("prompts");
  const first = typeof prompts === "object" && prompts !== null && "get" in prompts ? (prompts as YAMLMap).get(0) : "";
  const told = [textOf(first), ...TELLING.map((field) => textOf(node.get(field)))].find(Boolean) ?? "";
  return told.replace(/\s+/g, " ").trim();
}
