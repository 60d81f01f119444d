import { ensureBuild } from "#lib/boot/build.ts";
import { root } from "./run.ts";

/** `npm run build`: builds the pages unless a build of these very sources is there. */
await ensureBuild(root, console.log);
