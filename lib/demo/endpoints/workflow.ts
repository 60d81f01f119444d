import { z } from "zod";
import { endpoint, stableId } from "./endpoint.ts";

interface Step {
  name: string;
  owner: string;
}

const flows = {
  alta_proveedor: [
    { name: "Comprobar los datos fiscales", owner: "Administración" },
    { name: "Valorar el riesgo", owner: "Cumplimiento" },
    { name: "Firmar el contrato", owner: "Asesoría jurídica" },
    { name: "Dar de alta en el ERP", owner: "Administración" },
  ],
  cierre_mensual: [
    { name: "Conciliar los bancos", owner: "Tesorería" },
    { name: "Periodificar los gastos", owner: "Contabilidad" },
    { name: "Revisar los resultados", owner: "Dirección financiera" },
  ],
  aprobacion_gasto: [{ name: "Revisar la solicitud", owner: "Responsable del departamento" }],
} as const satisfies Record<string, readonly Step[]>;

/** From which amount, in euros, who has to approve a spend besides. */
const approvals = [
  { from: 1_000, owner: "Control de gestión" },
  { from: 10_000, owner: "Dirección financiera" },
  { from: 50_000, owner: "Consejo" },
];

const input = z
  .object({
    workflow_id: z.enum(["alta_proveedor", "cierre_mensual", "aprobacion_gasto"]),
    input: z.looseObject({ amount_eur: z.number().min(0).max(1e9).optional() }),
    async_mode: z.boolean().default(true),
    compliance_check: z.boolean().default(true),
  })
  .refine(
    (args) => args.workflow_id !== "aprobacion_gasto" || args.input.amount_eur !== undefined,
    {
      path: ["input", "amount_eur"],
      message: "hace falta para aprobar un gasto",
    },
  );

function stepsOf(args: z.output<typeof input>): Step[] {
  const { workflow_id, compliance_check } = args;
  const amount = args.input.amount_eur ?? 0;
  const approving = workflow_id === "aprobacion_gasto" ? approvals : [];
  const steps: Step[] = [
    ...flows[workflow_id],
    ...approving
      .filter(({ from }) => amount >= from)
      .map(({ owner }) => ({ name: "Aprobar el gasto", owner })),
  ];
  if (compliance_check) steps.push({ name: "Registrar la evidencia", owner: "Cumplimiento" });
  return steps;
}

/** Starts a workflow: its steps follow from its kind and amount; a synchronous one ends at once. */
export const workflow = endpoint(input, (args) => {
  const steps = stepsOf(args);
  return {
    run_id: stableId("FLUJO", args),
    workflow_id: args.workflow_id,
    status: args.async_mode ? "en curso" : "terminado",
    completed_steps: args.async_mode ? 0 : steps.length,
    steps: steps.map((step, at) => ({ order: at + 1, ...step })),
  };
});
