import { z } from "zod";
import { endpoint, round } from "./endpoint.ts";

const regulations = ["GDPR", "HIPAA", "SOX", "PCI"] as const;
const dataTypes = ["personal", "salud", "financiero", "tarjetas"] as const;

type Regulation = (typeof regulations)[number];
type DataType = (typeof dataTypes)[number];

const always: Record<Regulation, readonly string[]> = {
  GDPR: ["base_jurídica", "minimización", "derechos_interesados", "registro_actividades"],
  HIPAA: ["control_acceso", "registro_accesos", "formación"],
  SOX: ["segregación_funciones", "registro_cambios", "retención_7_años"],
  PCI: ["segmentación_red", "cifrado", "pruebas_intrusión"],
};

const besides: Record<DataType, Partial<Record<Regulation, readonly string[]>>> = {
  personal: { GDPR: ["cifrado"] },
  salud: {
    GDPR: ["cifrado", "evaluación_impacto", "registro_accesos"],
    HIPAA: ["cifrado", "acuerdo_socio"],
  },
  financiero: { GDPR: ["cifrado"], SOX: ["conciliación_periódica"] },
  tarjetas: { GDPR: ["cifrado"], PCI: ["tokenización", "borrado_cvv"] },
};

/** Which regulation says anything about which data. */
const applies: Record<Regulation, readonly DataType[]> = {
  GDPR: dataTypes,
  HIPAA: ["salud"],
  SOX: ["financiero"],
  PCI: ["tarjetas"],
};

const input = z.object({
  regulation: z.enum(regulations),
  data_type: z.enum(dataTypes),
  controls: z.array(z.string().trim().min(1).max(100)).max(100).default([]),
});

/** Compares the controls in place with those that a regulation asks for a kind of data. */
export const compliance = endpoint(input, ({ regulation, data_type, controls }) => {
  if (!applies[regulation].includes(data_type)) {
    return { regulation, data_type, applies: false, compliant: true, score: 1, missing: [] };
  }
  const required = [...always[regulation], ...(besides[data_type][regulation] ?? [])];
  const present = new Set(controls.map((control) => control.toLowerCase()));
  const missing = required.filter((control) => !present.has(control));
  return {
    regulation,
    data_type,
    applies: true,
    compliant: missing.length === 0,
    score: round(1 - missing.length / required.length),
    required,
    missing,
  };
});
