import type { DemoTenant } from "../demo-tenant.ts";

const regions = ["eu-west-1", "eu-south-2", "us-east-1", "sa-east-1", "ap-northeast-1"];

export const enterprise: DemoTenant = {
  config: {
    tenant_id: "cliente_enterprise",
    name: "Cliente Enterprise",
    mcp_config: {
      max_memory_entries: 5000,
      memory_retention_days: 365,
      federation_enabled: true,
      custom_endpoints: true,
    },
    tool_limits: { max_tools: 500, max_dynamic_tools: 200 },
    resource_limits: { max_resources: 1000, max_storage_mb: 10_000 },
    ai_providers: [
      { provider: "azure", model: "gpt-4-32k", rate_limit: 5000 },
      { provider: "bedrock", model: "anthropic.claude-v2", rate_limit: 2000 },
      { provider: "openai", rate_limit: 3000 },
    ],
  },
  memories: [
    {
      agent_id: "agente_orquestador",
      context: {
        role: "Coordina los flujos de trabajo entre departamentos",
        language: "es",
        active_workflows: [
          { workflow_id: "alta_proveedor", step: 3, of: 5, waiting_for: "Dirección financiera" },
          { workflow_id: "cierre_mensual", step: 1, of: 4, waiting_for: null },
        ],
        regions: regions.slice(0, 3),
        escalation: { after_hours: 4, to: "guardia@enterprise.example.com" },
      },
    },
    {
      agent_id: "agente_cumplimiento",
      context: {
        role: "Vigila el cumplimiento normativo",
        language: "es",
        frameworks: { GDPR: true, HIPAA: false, SOX: true, PCI: true },
        last_audit: { date: "2025-01-15", auditor: "Interna", open_findings: 2 },
        policies: ["Los datos de salud no salen de la UE", "Todo acceso de escritura se registra"],
      },
    },
  ],
  tools: [
    {
      name: "enterprise_workflow",
      title: "Flujos de trabajo",
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
      description: "Arranca un flujo de trabajo y devuelve sus pasos, responsables y estado.",
      parameters: {
        type: "object",
        properties: {
          workflow_id: {
            type: "string",
            enum: ["alta_proveedor", "cierre_mensual", "aprobacion_gasto"],
          },
          input: {
            type: "object",
            description: "Datos del flujo; aprobacion_gasto pide amount_eur.",
            properties: { amount_eur: { type: "number", minimum: 0 } },
          },
          async_mode: { type: "boolean", default: true },
          compliance_check: { type: "boolean", default: true },
        },
        required: ["workflow_id", "input"],
        additionalProperties: false,
      },
      path: "/workflow",
      example: {
        workflow_id: "aprobacion_gasto",
        input: { amount_eur: 18_500, department: "Marketing" },
        async_mode: false,
      },
    },
    {
      name: "compliance_validator",
      title: "Validador de cumplimiento",
      annotations: { readOnlyHint: true, openWorldHint: false },
      description: "Comprueba qué controles de una norma faltan para tratar un tipo de datos.",
      parameters: {
        type: "object",
        properties: {
          regulation: { type: "string", enum: ["GDPR", "HIPAA", "SOX", "PCI"] },
          data_type: {
            type: "string",
            enum: ["personal", "salud", "financiero", "tarjetas"],
          },
          controls: {
            type: "array",
            description: "Controles que ya existen.",
            items: { type: "string", minLength: 1 },
            uniqueItems: true,
            default: [],
          },
        },
        required: ["regulation", "data_type"],
        additionalProperties: false,
      },
      path: "/compliance",
      example: {
        regulation: "GDPR",
        data_type: "salud",
        controls: ["cifrado", "registro_accesos", "minimización"],
      },
    },
    {
      name: "multi_region_sync",
      title: "Plan de sincronización",
      annotations: { readOnlyHint: true, openWorldHint: false },
      description:
        "Planifica la sincronización de datos entre regiones: orden, volumen y duración.",
      parameters: {
        type: "object",
        properties: {
          source_region: { $ref: "#/$defs/region" },
          target_regions: {
            type: "array",
            items: { $ref: "#/$defs/region" },
            minItems: 1,
            uniqueItems: true,
          },
          sync_type: { type: "string", enum: ["full", "incremental"], default: "incremental" },
        },
        required: ["source_region", "target_regions"],
        additionalProperties: false,
        $defs: { region: { type: "string", enum: regions } },
      },
      path: "/sync",
      example: {
        source_region: "eu-west-1",
        target_regions: ["us-east-1", "eu-south-2"],
        sync_type: "full",
      },
    },
  ],
  secrets: [],
  developed: [],
  resources: [
    {
      resource_id: "enterprise_database",
      name: "Base de datos Enterprise",
      type: "database",
      uri: "postgresql://enterprise.db.example.com:5432/enterprise_data",
      description: "Clúster multirregión con auditoría de cada acceso",
      metadata: {
        regions: regions.slice(0, 3),
        encryption: "AES256",
        compliance: ["GDPR", "SOX"],
      },
      access_permissions: ["read", "write", "admin", "audit"],
    },
    {
      resource_id: "enterprise_storage",
      name: "Archivo documental Enterprise",
      title: "Índice de documentos",
      mime_type: "text/csv",
      content: {
        text: "documento,tipo,retención\nC-2024-118,contrato,2034-06-30\nA-2025-007,acta,2035-01-15\n",
      },
      type: "file",
      uri: "s3://enterprise-archive.example.com/documentos/",
      description: "Contratos y actas con retención legal",
      metadata: { versioning: true, legal_hold: true, retention_days: 3650 },
      access_permissions: ["read", "write", "delete", "audit"],
    },
    {
      resource_id: "enterprise_api",
      name: "API de operaciones Enterprise",
      title: "Entornos y despliegues",
      mime_type: "application/json",
      content: {
        text: JSON.stringify({
          environments: [
            { name: "pruebas", regions: regions.slice(0, 1), approvals: 0 },
            { name: "producción", regions: regions.slice(0, 3), approvals: 2 },
          ],
        }),
      },
      type: "api",
      uri: "https://api.enterprise.example.com/v1",
      description: "Despliegues y operaciones de la plataforma interna",
      metadata: { rate_limit_per_hour: 50_000, environments: ["pruebas", "producción"] },
      access_permissions: ["read", "write", "admin", "deploy"],
    },
  ],
  prompts: [
    {
      name: "revision_cumplimiento",
      title: "Revisión de cumplimiento",
      description: "Revisa un proceso frente a una norma y deja los hallazgos por gravedad",
      arguments: [
        { name: "proceso", title: "Proceso", required: true },
        {
          name: "norma",
          title: "Norma",
          required: true,
          completions: ["GDPR", "SOX", "PCI", "HIPAA"],
        },
      ],
      messages: [
        {
          role: "user",
          content: {
            type: "resource_link",
            uri: "enterprise://procesos/{{proceso}}",
            name: "Descripción del proceso",
          },
        },
        {
          role: "user",
          content: {
            type: "text",
            text: "Comprueba el proceso {{proceso}} frente a {{norma}} con compliance_validator. Ordena los hallazgos por gravedad y di quién debe resolver cada uno.",
          },
        },
      ],
    },
    {
      name: "parte_de_guardia",
      title: "Parte de guardia",
      description: "Prepara el relevo de la guardia de una región",
      arguments: [
        {
          name: "region",
          title: "Región",
          required: true,
          completions: regions,
        },
        { name: "incidencias", description: "Lo ocurrido en el turno, en texto libre." },
      ],
      messages: [
        {
          role: "user",
          content: {
            type: "text",
            text: "Prepara el parte de guardia de {{region}}: estado de la sincronización, flujos detenidos y quién los espera.\n\nNotas del turno:\n{{incidencias}}",
          },
        },
      ],
    },
  ],
};
