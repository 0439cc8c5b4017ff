/** A text editor for flow files: YAML in colours, line numbers, and the server's complaints where they belong. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { defaultHighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { darkColours } from "./colours";

export interface Complaint {
  /** From 1; 0: nobody knows. */
  readonly line: number;
  readonly message: string;
}

interface Props {
  text: string;
  change: (text: string) => void;
  complaints: readonly Complaint[];
  /** The line to show; a new object shows it again. */
  shown: { line: number } | null;
  label: string;
  readOnly: boolean;
}

const LOOK = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", backgroundColor: "var(--card)" },
  ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)", lineHeight: "1.55" },
  ".cm-gutters": {
    backgroundColor: "var(--card)",
    color: "var(--mantine-color-dimmed)",
    borderRight: "1px solid var(--mantine-color-default-border)",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, currentColor 6%, transparent)" },
  ".cm-cursor": { borderLeftColor: "currentColor" },
  "&.cm-focused": { outline: "2px solid var(--mantine-primary-color-filled)", outlineOffset: "-2px" },
});

function nonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=style-nonce]")?.content ?? "";
}

export function Editor({ text, change, complaints, shown, label, readOnly }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const changed = useRef(change);
  changed.current = change;
  const dark = useComputedColorScheme("light") === "dark";
  const colours = useRef(new Compartment());
  const first = useRef({ text, label, readOnly, dark });

  useEffect(() => {
    if (!place.current) return;
    const begin = first.current;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: begin.text,
        extensions: [
          EditorView.cspNonce.of(nonce()),
          EditorView.contentAttributes.of({ "aria-label": begin.label }),
          EditorState.readOnly.of(begin.readOnly),
          lineNumbers(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          highlightSelectionMatches(),
          drawSelection(),
          history(),
          search({ top: true }),
          indentUnit.of("  "),
          yaml(),
          lintGutter(),
          LOOK,
          colours.current.of(coloursFor(begin.dark)),
          keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => {
    view.current?.dispatch({ effects: colours.current.reconfigure(coloursFor(dark)) });
  }, [dark]);

  useEffect(() => {
    const held = view.current;
    if (!held) return;
    const now = held.state.doc.toString();
    if (now !== text) held.dispatch({ changes: { from: 0, to: now.length, insert: text } });
  }, [text]);

  useEffect(() => {
    const held = view.current;
    if (!held) return;
    const known = complaints.map((one): Diagnostic => {
      const line = held.state.doc.line(Math.min(Math.max(one.line, 1), held.state.doc.lines));
      return { from: line.from, to: line.to, severity: "error", message: one.message };
    });
    held.dispatch(setDiagnostics(held.state, known));
  }, [complaints]);

  useEffect(() => {
    const held = view.current;
    if (!held || !shown) return;
    const line = held.state.doc.line(Math.min(Math.max(shown.line, 1), held.state.doc.lines));
    held.dispatch({
      selection: { anchor: line.from },
      effects: EditorView.scrollIntoView(line.from, { y: "start", yMargin: 40 }),
    });
  }, [shown]);

  return <div ref={place} style={{ height: "100%", minHeight: 0 }} />;
}

function coloursFor(dark: boolean) {
  return syntaxHighlighting(dark ? darkColours : defaultHighlightStyle);
}
