/** Where the nodes of a flow stand: layers from left to right, by the way a conversation takes through them. */
import { Graph, layout } from "@dagrejs/dagre";
import type { FlowNode } from "./outline";

export const WIDTH = 230;
const HEAD = 62;
const ROW = 22;

export function heightOf(node: FlowNode): number {
  return HEAD + ROW * node.outputs.length;
}

export function places(nodes: readonly FlowNode[]): ReadonlyMap<string, { x: number; y: number }> {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: "LR",
    nodesep: 36,
    ranksep: 96,
    marginx: 16,
    marginy: 16,
    acyclicer: "greedy",
    ranker: "tight-tree",
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const names = new Set(nodes.map((node) => node.name));
  for (const node of nodes) graph.setNode(node.name, { width: WIDTH, height: heightOf(node) });
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (names.has(output.target)) graph.setEdge(node.name, output.target, {}, output.path.join("."));
    }
  }
  layout(graph);
  return new Map(
    nodes.map((node) => {
      const { x, y } = graph.node(node.name) as { x: number; y: number };
      return [node.name, { x: x - WIDTH / 2, y: y - heightOf(node) / 2 }];
    }),
  );
}
