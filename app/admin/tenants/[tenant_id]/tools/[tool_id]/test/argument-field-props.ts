import type { ComponentType } from "react";
import type { JsonObject } from "#lib/core/json.ts";
import type { Argument } from "./argument-kind.ts";

export type ArgumentFieldProps = {
  argument: Argument;
  /** The schema that references are within. */
  root: JsonObject;
  value: unknown;
  /** Given undefined for an argument that is not sent. */
  onChange: (value: unknown) => void;
  depth: number;
};

/** Of a field with fields in it: given the component, since files must not import each other. */
export type OuterFieldProps = ArgumentFieldProps & { Field: ComponentType<ArgumentFieldProps> };
