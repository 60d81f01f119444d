"use client";

import { Fragment } from "react";
import { FoldedText } from "./folded-text.tsx";

type JsonViewProps = {
  value: unknown;
  /** What it is, for the copy button's name: "context", "input schema". */
  what: string;
  /** Lines shown before "Show all". */
  maxLines?: number;
  className?: string;
};

const TOKEN =
  /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A JSON value, indented and coloured, long ones folded. */
export function JsonView({ value, ...folded }: JsonViewProps) {
  return (
    <FoldedText text={JSON.stringify(value, null, 2) ?? "null"} {...folded}>
      {colour}
    </FoldedText>
  );
}

function colour(json: string) {
  const parts = [];
  let end = 0;
  for (const match of json.matchAll(TOKEN)) {
    const [whole, string, colon] = match;
    parts.push(<Fragment key={`${end}-gap`}>{json.slice(end, match.index)}</Fragment>);
    const style = colon ? "text-foreground" : string ? "text-primary-text" : "text-warning";
    parts.push(
      <span key={match.index} className={style}>
        {whole}
      </span>,
    );
    end = match.index + whole.length;
  }
  parts.push(<Fragment key="rest">{json.slice(end)}</Fragment>);
  return parts;
}
