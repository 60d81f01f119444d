/** How the tenant's code is called in errors and stacks. */
export const sourceName = "tool.js";
