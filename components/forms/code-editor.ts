import { javascript } from "@codemirror/lang-javascript";
import { json } from "@codemirror/lang-json";
import { PostgreSQL, sql } from "@codemirror/lang-sql";
import { basicSetup, EditorView } from "codemirror";

export type CodeLanguage = "typescript" | "json" | "sql";

type Options = {
  parent: HTMLElement;
  text: string;
  language: CodeLanguage;
  /** Of the box itself, as a textarea would have them: id, aria-…. */
  attributes: Record<string, string>;
  readOnly: boolean;
  onChange(text: string): void;
  onBlur(): void;
};

const languages = {
  typescript: () => javascript({ typescript: true }),
  json,
  sql: () => sql({ dialect: PostgreSQL }),
} satisfies Record<CodeLanguage, () => unknown>;

/** The colours of the page, so that the editor changes with its theme. */
const theme = EditorView.theme({
  "&": { color: "var(--foreground)", backgroundColor: "transparent", maxHeight: "32rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.25rem", minHeight: "10rem" },
  ".cm-content": { caretColor: "var(--foreground)" },
  ".cm-cursor": { borderLeftColor: "var(--foreground)" },
  ".cm-gutters": {
    backgroundColor: "transparent",
    color: "var(--muted-foreground)",
    borderRight: "1px solid var(--border)",
  },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in oklab, var(--accent) 45%, transparent)",
  },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "color-mix(in oklab, var(--ring) 30%, transparent)" },
  ".cm-panels, .cm-tooltip": {
    backgroundColor: "var(--popover)",
    color: "var(--foreground)",
    borderColor: "var(--border)",
  },
  // The library's own colours are for a light page: on a dark one each keeps its hue.
  ".dark & .cm-line span": { filter: "invert(1) hue-rotate(180deg)" },
  ".dark & .cm-line span span": { filter: "none" },
});

/** Puts an editor into `parent`; Tab is left alone, it has to leave the box. */
export function openEditor(options: Options): EditorView {
  const { parent, text, language, attributes, readOnly, onChange, onBlur } = options;
  return new EditorView({
    parent,
    doc: text,
    extensions: [
      basicSetup,
      languages[language](),
      theme,
      EditorView.lineWrapping,
      EditorView.editable.of(!readOnly),
      EditorView.contentAttributes.of({
        ...attributes,
        autocapitalize: "off",
        spellcheck: "false",
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString());
        if (update.focusChanged && !update.view.hasFocus) onBlur();
      }),
    ],
  });
}
