/** Changes to a flow's text that a change of its graph means. Comments and the order of everything else stay. */
import { type Document, isMap, parseDocument } from "yaml";
import { KINDS, type Kind, OUTPUTS } from "./outline";

const STYLE = { lineWidth: 132, flowCollectionPadding: false } as const;

function written(document: Document): string {
  return document.toString(STYLE);
}

/** Let an output lead to a node; an empty target takes the output away. */
export function connect(text: string, node: string, path: readonly string[], target: string): string {
  const document = parseDocument(text);
  const place = ["nodes", node, ...path];
  const held = document.getIn(place, true);
  if (isMap(held)) document.setIn([...place, "to"], target);
  else if (target) document.setIn(place, target);
  else document.deleteIn(place);
  return written(document);
}

const BEGINNINGS: Readonly<Record<Kind, Readonly<Record<string, unknown>>>> = {
  start: { greeting: "Hello." },
  classify: { prompts: ["How can I help you?"], routes: {} },
  ask: { slot: "name", prompts: ["What is your name?"] },
  agent: { prompt: "You help callers.", routes: {} },
  say: { text: "One moment." },
  tool: { tool: "" },
  branch: { by: "", cases: {} },
  transfer: { text: "I connect you." },
  queue: { queue: "" },
  voicemail: { text: "Please leave a message after the tone." },
  assign: { values: {} },
  sub_flow: { flow: "" },
  hang_up: { text: "Goodbye." },
};

/** Add a node of a kind, with a name that is free; return the text and the name. */
export function add(text: string, kind: Kind): { text: string; name: string } {
  const document = parseDocument(text);
  const taken = (name: string) => document.hasIn(["nodes", name]);
  let name: string = kind;
  for (let number = 2; taken(name); number += 1) name = `${kind}_${number}`;
  document.setIn(["nodes", name], document.createNode({ type: kind, ...BEGINNINGS[kind] }));
  return { text: written(document), name };
}

/** Take a node away, and every output that led to it. */
export function remove(text: string, node: string): string {
  const document = parseDocument(text);
  document.deleteIn(["nodes", node]);
  const nodes = document.getIn(["nodes"]);
  if (isMap(nodes)) {
    for (const { key } of nodes.items) unlink(document, String(key), node);
  }
  return written(document);
}

function unlink(document: Document, from: string, node: string): void {
  const kind = KINDS.find((one) => one === document.getIn(["nodes", from, "type"]));
  if (!kind) return;
  for (const field of OUTPUTS[kind].fields) {
    if (document.getIn(["nodes", from, field]) === node) document.deleteIn(["nodes", from, field]);
  }
  for (const map of OUTPUTS[kind].maps) {
    const routes = document.getIn(["nodes", from, map]);
    if (!isMap(routes)) continue;
    for (const { key } of [...routes.items]) {
      const place = ["nodes", from, map, String(key)];
      const target = document.getIn(place);
      if (target === node || document.getIn([...place, "to"]) === node) document.deleteIn(place);
    }
  }
}
