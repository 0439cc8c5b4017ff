import {
  Background,
  type Connection,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  MiniMap,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useComputedColorScheme } from "@mantine/core";
import { useMemo } from "react";
import { useWords } from "@/words/words";
import classes from "./graph.module.css";
import { heightOf, places, WIDTH } from "./layout";
import { ELSEWHERE, type FlowNode } from "./outline";
import { WORDS } from "./words";

type Drawn = Node<{ node: FlowNode; problem: string }, "flow">;

interface Props {
  nodes: readonly FlowNode[];
  /** What is wrong with a node, by its name. */
  problems: ReadonlyMap<string, string>;
  chosen: string;
  choose: (name: string) => void;
  /** Left out: the graph is only looked at. */
  connect?: (node: string, path: readonly string[], target: string) => void;
}

const BY_DOT = "\u001f"; // names of routes may hold anything that is written

export function FlowGraph({ nodes, problems, chosen, choose, connect }: Props) {
  const t = useWords(WORDS);
  const scheme = useComputedColorScheme("light");
  const placed = useMemo(() => places(nodes), [nodes]);
  const drawn = nodes.map(
    (node): Drawn => ({
      id: node.name,
      type: "flow",
      position: placed.get(node.name) ?? { x: 0, y: 0 },
      data: { node, problem: problems.get(node.name) ?? "" },
      selected: node.name === chosen,
      ariaLabel: `${node.name}, ${t.kind[node.kind]}. ${node.says}`,
      width: WIDTH,
      height: heightOf(node),
    }),
  );
  const made = (connection: Connection) => {
    if (connection.source && connection.target && connection.sourceHandle) {
      connect?.(connection.source, connection.sourceHandle.split(BY_DOT), connection.target);
    }
  };
  return (
    <ReactFlow<Drawn>
      nodes={drawn}
      edges={edgesOf(nodes)}
      nodeTypes={TYPES}
      onNodeClick={(_, node) => choose(node.id)}
      onSelectionChange={({ nodes: selected }) => selected[0] && selected[0].id !== chosen && choose(selected[0].id)}
      onConnect={made}
      nodesConnectable={connect !== undefined}
      nodesDraggable={false}
      edgesFocusable={false}
      deleteKeyCode={null}
      colorMode={scheme}
      fitView
      fitViewOptions={{ maxZoom: 1, nodes: firstSeen(nodes) }}
      minZoom={0.1}
      proOptions={{ hideAttribution: true }}
      aria-label={t.graph}
    >
      <Background />
      <Controls showInteractive={false} aria-label={t.zoom} />
      <MiniMap pannable zoomable ariaLabel={t.map} className={classes.map} />
    </ReactFlow>
  );
}

const ALL_AT_ONCE = 14;

/** A large flow is opened at its beginning: seen whole, nothing of it could be read. */
function firstSeen(nodes: readonly FlowNode[]): { id: string }[] {
  if (nodes.length <= ALL_AT_ONCE) return nodes.map((node) => ({ id: node.name }));
  const begin = nodes.find((node) => node.kind === "start") ?? nodes[0];
  const near = [begin, ...nodes.filter((node) => begin?.outputs.some((output) => output.target === node.name))];
  return near.flatMap((node) => (node ? [{ id: node.name }] : []));
}

function edgesOf(nodes: readonly FlowNode[]): Edge[] {
  const names = new Set(nodes.map((node) => node.name));
  return nodes.flatMap((node) =>
    node.outputs
      .filter((output) => names.has(output.target))
      .map((output) => ({
        id: `${node.name} ${output.path.join(BY_DOT)}`,
        source: node.name,
        sourceHandle: output.path.join(BY_DOT),
        target: output.target,
        markerEnd: { type: MarkerType.ArrowClosed },
        style: output.label === "failed" || output.label === "lost" ? { strokeDasharray: "5 4" } : undefined,
      })),
  );
}

function FlowCard({ data: { node, problem }, selected, isConnectable }: NodeProps<Drawn>) {
  const t = useWords(WORDS);
  const look = [classes.node, selected && classes.chosen, problem && classes.wrong].filter(Boolean).join(" ");
  return (
    <div className={look} title={problem || node.says}>
      {node.kind !== "start" && <Handle type="target" position={Position.Left} isConnectable={isConnectable} />}
      <div className={classes.head}>
        <strong>{node.name}</strong>
        <span className={classes.kind}>{t.kind[node.kind]}</span>
      </div>
      <div className={classes.says}>{problem || node.says}</div>
      {node.outputs.map((output) => (
        <div key={output.path.join(BY_DOT)} className={classes.output}>
          <span>{output.label}</span>
          {ELSEWHERE.includes(output.target) && <span className={classes.elsewhere}>→ {output.target}</span>}
          <Handle
            type="source"
            id={output.path.join(BY_DOT)}
            position={Position.Right}
            isConnectable={isConnectable}
            className={output.target ? classes.tied : classes.loose}
          />
        </div>
      ))}
    </div>
  );
}

const TYPES = { flow: FlowCard };
