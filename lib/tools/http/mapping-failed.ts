import { ToolError } from "../calls/tool-error.ts";

/** Why nothing could be selected, for whoever calls the tool. */
export function mappingFailed(why: string): ToolError {
  return new ToolError(
    "response_mapping_failed",
    `The tool's response.select could not be applied to the answer: ${why}`,
  );
}
