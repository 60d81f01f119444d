import { route } from "#lib/http/route.ts";
import { liftedSwitch } from "#lib/tools/governance/schema.ts";
import { liftSwitch } from "#lib/tools/governance/switches.ts";

export const DELETE = route({
  scope: "tenant",
  permission: "tools:govern",
  summary: "Let what was stopped run again",
  response: liftedSwitch,
  run: async (ctx, { params }) => {
    await liftSwitch(ctx, params.switch_id ?? "");
    return { status: "lifted", switch_id: params.switch_id };
  },
});
