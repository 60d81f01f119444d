import type { DemoTenant } from "../demo-tenant.ts";
import { invoicesToken } from "../endpoints/invoices.ts";

const weeklyReport = `type Answer = { structuredContent: { result: object } };

/** Pregunta tres veces a premium_analytics y junta las respuestas. */
export default async function (args: { metric: string }, ctx) {
  const ask = async (analysis: string) => {
    const asked = { metric: args.metric, analysis, range: "8w" };
    const answer: Answer = await ctx.tools.call("premium_analytics", asked);
    return answer.structuredContent.result;
  };
  const [summary, trend, forecast] = await Promise.all(["summary", "trend", "forecast"].map(ask));
  return { metric: args.metric, summary, trend, forecast };
}
`;

export const premium: DemoTenant = {
  config: {
    tenant_id: "cliente_premium",
    name: "Cliente Premium",
    mcp_config: {
      max_memory_entries: 1000,
      memory_retention_days: 90,
      federation_enabled: true,
    },
    tool_limits: { max_tools: 100, max_dynamic_tools: 50 },
    resource_limits: { max_resources: 200, max_storage_mb: 1000 },
    ai_providers: [
      { provider: "openai", model: "gpt-4-turbo", rate_limit: 1000 },
      { provider: "anthropic", model: "claude-3-opus", rate_limit: 500 },
      { provider: "custom", rate_limit: 2000 },
    ],
  },
  memories: [
    {
      agent_id: "agente_ventas",
      context: {
        role: "Asesor comercial de la tienda en línea",
        language: "es",
        customer: { segment: "premium", since: "2023-03-14", account_manager: "Lucía Fernández" },
        facts: [
          "Prefiere propuestas con precios en euros e IVA desglosado",
          "Renueva el contrato cada mes de marzo",
        ],
        open_opportunities: [
          { product: "Plan anual de analítica", amount_eur: 11880, stage: "negociación" },
        ],
      },
    },
    {
      agent_id: "agente_analitica",
      context: {
        role: "Analista de datos",
        language: "es",
        data_sources: ["crm", "facturación", "tickets de soporte"],
        dashboards: [
          { name: "Ventas semanales", refresh_minutes: 15 },
          { name: "Satisfacción de clientes", refresh_minutes: 60 },
        ],
        last_findings: { sentiment: "positivo", intent: "ampliación", confidence: 0.87 },
      },
    },
  ],
  tools: [
    {
      name: "premium_analytics",
      title: "Analítica de ventas",
      annotations: { readOnlyHint: true, openWorldHint: false },
      description:
        "Analiza las últimas semanas de ventas, pedidos o visitas: resumen, tendencia, pronóstico o anomalías.",
      parameters: {
        metric: {
          type: "string",
          enum: ["ventas", "pedidos", "visitas"],
          description: "Serie que se analiza; las ventas van en euros.",
          required: true,
        },
        analysis: {
          type: "string",
          enum: ["summary", "trend", "forecast", "anomaly"],
          default: "summary",
        },
        range: {
          type: "string",
          pattern: "^[0-9]{1,3}[dw]$",
          description: "Días o semanas hacia atrás: 30d, 8w.",
          default: "30d",
        },
        category: {
          type: "string",
          enum: ["electrónica", "hogar", "moda", "deporte"],
          description: "Solo esta categoría; sin ella, todas.",
          optional: true,
        },
      },
      path: "/analytics",
      example: { metric: "ventas", analysis: "trend", range: "8w", category: "electrónica" },
    },
    {
      name: "priority_support",
      title: "Soporte prioritario",
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
      description:
        "Abre un caso de soporte prioritario y dice la cola, el plazo de respuesta y quién lo lleva.",
      parameters: {
        subject: { type: "string", minLength: 3, maxLength: 200, required: true },
        urgency: {
          type: "string",
          enum: ["low", "medium", "high", "critical"],
          required: true,
        },
        area: {
          type: "string",
          enum: ["facturación", "plataforma", "integraciones"],
          default: "plataforma",
        },
        escalate: {
          type: "boolean",
          description: "Avisar también a la persona responsable de la cuenta.",
          default: false,
        },
      },
      path: "/support",
      example: { subject: "El panel no carga los datos de hoy", urgency: "high", escalate: true },
    },
  ],
  secrets: [
    {
      name: "FACTURACION_TOKEN",
      value: invoicesToken,
      description: "Token del servicio de facturación",
    },
  ],
  developed: [
    {
      name: "informe_semanal",
      title: "Informe semanal",
      annotations: { readOnlyHint: true, openWorldHint: false },
      description: "Junta el resumen, la tendencia y el pronóstico de una serie en una respuesta.",
      parameters: {
        metric: {
          type: "string",
          enum: ["ventas", "pedidos", "visitas"],
          description: "Serie de la que trata el informe.",
          required: true,
        },
      },
      path: null,
      config: { implementation: weeklyReport },
      example: { metric: "ventas" },
    },
    {
      name: "facturas_del_mes",
      title: "Facturas del mes",
      annotations: { readOnlyHint: true, openWorldHint: false },
      description: "Consulta las facturas de un mes, con su IVA, en el servicio de facturación.",
      parameters: {
        month: {
          type: "string",
          pattern: "^[0-9]{4}-[0-9]{2}$",
          description: "El mes: 2025-09.",
          required: true,
        },
      },
      path: "/invoices",
      config: { auth: { type: "bearer", secret: "FACTURACION_TOKEN" } },
      example: { month: "2025-09" },
    },
  ],
  resources: [
    {
      resource_id: "premium_database",
      name: "Base de datos Premium",
      type: "database",
      uri: "postgresql://premium.db.example.com:5432/premium_data",
      description: "PostgreSQL dedicado con los datos de negocio del cliente",
      metadata: { connection_pool_size: 50, read_replicas: 3, encryption: "AES256" },
      access_permissions: ["read", "write", "admin"],
    },
    {
      resource_id: "premium_storage",
      name: "Archivos Premium",
      title: "Informe mensual Premium",
      mime_type: "text/markdown",
      content: {
        text: [
          "# Informe de octubre",
          "",
          "| categoría | ventas (EUR) | variación |",
          "| --- | ---: | ---: |",
          "| electrónica | 48 210 | +6,1 % |",
          "| hogar | 21 940 | −1,8 % |",
          "| moda | 17 305 | +3,4 % |",
          "",
          "La campaña de otoño explica la subida de electrónica.",
          "",
        ].join("\n"),
      },
      type: "file",
      uri: "s3://premium-files.example.com/datos-cliente/",
      description: "Informes, facturas y exportaciones",
      metadata: { versioning: true, encryption: "AES256", retention_days: 365 },
      access_permissions: ["read", "write", "delete"],
    },
    {
      resource_id: "premium_api",
      name: "API de analítica Premium",
      title: "Catálogo de series",
      mime_type: "application/json",
      content: {
        text: JSON.stringify({
          version: "2.0",
          series: ["ventas", "pedidos", "visitas"],
          analyses: ["summary", "trend", "forecast", "anomaly"],
          refresh_minutes: 15,
        }),
      },
      type: "api",
      uri: "https://api.premium.example.com/v2",
      description: "Series en tiempo real y modelos de pronóstico",
      metadata: { rate_limit_per_hour: 10000, features: ["tiempo real", "pronóstico"] },
      access_permissions: ["read", "write"],
    },
  ],
  prompts: [
    {
      name: "propuesta_comercial",
      title: "Propuesta comercial",
      description: "Redacta una propuesta para un cliente a partir de las ventas del periodo",
      arguments: [
        { name: "cliente", title: "Cliente", required: true },
        {
          name: "producto",
          title: "Producto",
          required: true,
          completions: ["Plan anual de analítica", "Panel en tiempo real", "Soporte prioritario"],
        },
        {
          name: "tono",
          title: "Tono",
          description: "Cómo suena la propuesta; sin él, neutro.",
          completions: ["cercano", "formal", "directo"],
        },
      ],
      messages: [
        {
          role: "user",
          content: {
            type: "text",
            text: "Escribe a {{cliente}} una propuesta de {{producto}}, con precios en euros e IVA desglosado. Tono: {{tono}}. Apóyate en premium_analytics para las cifras y cítalas.",
          },
        },
      ],
    },
    {
      name: "informe_semanal",
      title: "Informe semanal de ventas",
      description: "Resume la semana y señala lo que se sale de lo normal",
      arguments: [
        {
          name: "categoria",
          description: "Una categoría de la tienda; sin ella, todas.",
          completions: ["electrónica", "hogar", "moda", "deporte"],
        },
      ],
      messages: [
        {
          role: "user",
          content: {
            type: "resource",
            resource: {
              uri: "premium://informes/plantilla",
              mimeType: "text/markdown",
              text: "# Semana\n\n## Ventas\n\n## Anomalías\n\n## Qué hacer\n",
            },
          },
        },
        {
          role: "user",
          content: {
            type: "text",
            text: "Rellena la plantilla con las ventas de los últimos 7 días. Categoría: {{categoria}}. Como mucho tres frases por apartado.",
          },
        },
      ],
    },
  ],
};
