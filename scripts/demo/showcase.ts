import type { Report } from "./report.ts";
import { showCode } from "./showcase/code.ts";
import { showGovernance } from "./showcase/governance.ts";
import { showMemory } from "./showcase/memory.ts";
import { showModels } from "./showcase/models.ts";
import { showOffers } from "./showcase/offers.ts";
import { showOpenapi } from "./showcase/openapi.ts";
import { showRevisions } from "./showcase/revisions.ts";
import { showSecrets } from "./showcase/secrets.ts";
import { showUpstreams } from "./showcase/upstreams.ts";
import { openWorkshop } from "./showcase/workshop.ts";
import type { Stage } from "./stage.ts";

/** What a tenant's developer does, in a tenant that is there for this alone. */
export async function showTools(stage: Stage, report: Report): Promise<void> {
  const workshop = await openWorkshop(stage, report);
  await showSecrets(workshop);
  await showCode(workshop);
  await showUpstreams(workshop);
  await showOpenapi(workshop);
  await showRevisions(workshop);
  await showGovernance(workshop);
  await showModels(workshop);
  await showOffers(workshop);
  await showMemory(workshop);
}
