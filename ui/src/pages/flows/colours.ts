/** Colours of YAML on a dark ground, each of them readable there. */
import { HighlightStyle } from "@codemirror/language";
import { tags } from "@lezer/highlight";

export const darkColours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "#7dd3fc" },
  { tag: [tags.string, tags.content], color: "#bbf7d0" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "#fdba74" },
  { tag: tags.comment, color: "#b4bab8", fontStyle: "italic" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "#d4d8d7" },
  { tag: tags.invalid, color: "#ff9c92" },
]);
