import { z } from "zod";
import { endpoint, stableId } from "./endpoint.ts";

const minutesToAnswer = { low: 480, medium: 120, high: 30, critical: 10 } as const;

const teams = {
  facturación: "Administración de clientes",
  plataforma: "Fiabilidad de la plataforma",
  integraciones: "Ingeniería de integraciones",
} as const;

const input = z.object({
  subject: z.string().trim().min(3).max(200),
  urgency: z.enum(["low", "medium", "high", "critical"]),
  area: z.enum(["facturación", "plataforma", "integraciones"]).default("plataforma"),
  escalate: z.boolean().default(false),
});

/** Opens a case: who takes it, and how soon it is answered. */
export const support = endpoint(input, (args) => {
  const escalated = args.escalate || args.urgency === "critical";
  const minutes = minutesToAnswer[args.urgency];
  return {
    case_id: stableId("CASO", args),
    subject: args.subject,
    status: escalated ? "escalado" : "abierto",
    team: teams[args.area],
    answer_within_minutes: escalated ? Math.ceil(minutes / 2) : minutes,
    notified: escalated ? ["guardia", "responsable de la cuenta"] : ["guardia"],
  };
});
