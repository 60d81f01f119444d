import type { DemoTenant } from "../demo-tenant.ts";

export const basico: DemoTenant = {
  config: {
    tenant_id: "cliente_basico",
    name: "Cliente Básico",
    mcp_config: {
      max_memory_entries: 100,
      memory_retention_days: 30,
      federation_enabled: false,
    },
    tool_limits: { max_tools: 10, max_dynamic_tools: 5 },
    resource_limits: { max_resources: 20, max_storage_mb: 100 },
    ai_providers: [{ provider: "openai", model: "gpt-3.5-turbo", rate_limit: 100 }],
  },
  memories: [
    {
      agent_id: "agente_ayuda",
      context: {
        role: "Ayuda a las personas que empiezan",
        language: "es",
        tone: "cercano",
        customer: { segment: "básico", seats: 4 },
        last_topics: ["Cómo invitar a un compañero", "Dónde descargar la factura"],
      },
    },
  ],
  tools: [
    {
      name: "basic_search",
      title: "Buscador de ayuda",
      annotations: { readOnlyHint: true, openWorldHint: false },
      description: "Busca en la base de conocimientos y devuelve los artículos más pertinentes.",
      parameters: {
        query: {
          type: "string",
          minLength: 2,
          maxLength: 200,
          description: "Lo que se busca, en palabras corrientes.",
          required: true,
        },
        category: {
          type: "string",
          enum: ["cuenta", "facturación", "integraciones", "seguridad"],
          optional: true,
        },
        limit: { type: "integer", minimum: 1, maximum: 10, default: 3 },
      },
      path: "/search",
      example: { query: "descargar factura", limit: 2 },
    },
  ],
  secrets: [],
  developed: [],
  resources: [
    {
      resource_id: "basico_storage",
      name: "Archivos Básico",
      title: "Guía de bienvenida",
      mime_type: "text/markdown",
      content: {
        text: "# Bienvenida\n\nAquí se guardan los documentos compartidos, de hasta 10 MB cada uno.\n",
      },
      type: "file",
      uri: "s3://shared-files.example.com/cliente-basico/",
      description: "Espacio compartido para documentos",
      metadata: { max_file_mb: 10, versioning: false },
      access_permissions: ["read", "write"],
    },
    {
      resource_id: "basico_knowledge",
      name: "Base de conocimientos",
      title: "Artículos de ayuda",
      mime_type: "application/json",
      content: {
        text: JSON.stringify([
          { id: "factura", title: "Descargar una factura", category: "facturación" },
          { id: "clave", title: "Cambiar la contraseña", category: "cuenta" },
          { id: "webhook", title: "Conectar un webhook", category: "integraciones" },
        ]),
      },
      type: "api",
      uri: "https://ayuda.basico.example.com/api",
      description: "Artículos de ayuda, solo lectura",
      metadata: { rate_limit_per_hour: 100, language: "es" },
      access_permissions: ["read"],
    },
  ],
  prompts: [
    {
      name: "responder_duda",
      title: "Responder una duda",
      description: "Contesta a un usuario con los artículos de la base de conocimientos",
      arguments: [
        { name: "pregunta", title: "Pregunta", required: true },
        {
          name: "idioma",
          title: "Idioma",
          completions: ["español", "inglés", "portugués"],
        },
      ],
      messages: [
        {
          role: "user",
          content: {
            type: "text",
            text: "Un usuario pregunta: «{{pregunta}}». Busca con basic_search y contesta en pasos cortos, con el enlace de cada artículo. Idioma: {{idioma}}.",
          },
        },
        {
          role: "assistant",
          content: { type: "text", text: "Busco primero en la base de conocimientos." },
        },
      ],
    },
  ],
};
