import packageJson from "#package.json" with { type: "json" };

/** The version of this TauseStack. */
export const version: string = packageJson.version;
