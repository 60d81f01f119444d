import { z } from "zod";
import { endpoint, round } from "./endpoint.ts";

const categories = ["cuenta", "facturación", "integraciones", "seguridad"] as const;

interface Article {
  id: string;
  category: (typeof categories)[number];
  title: string;
  text: string;
}

const articles: readonly Article[] = [
  {
    id: "kb-101",
    category: "cuenta",
    title: "Invitar a un compañero",
    text: "En Ajustes, Equipo, escribe su correo y elige un papel. La invitación caduca en siete días.",
  },
  {
    id: "kb-102",
    category: "cuenta",
    title: "Cambiar el nombre de la organización",
    text: "Solo quien es propietario de la cuenta puede cambiar el nombre, en Ajustes, General.",
  },
  {
    id: "kb-201",
    category: "facturación",
    title: "Descargar una factura",
    text: "En Facturación, Historial, cada factura se descarga en PDF con el IVA desglosado.",
  },
  {
    id: "kb-202",
    category: "facturación",
    title: "Cambiar de plan",
    text: "El cambio a un plan superior es inmediato; la diferencia va en la factura siguiente.",
  },
  {
    id: "kb-203",
    category: "facturación",
    title: "Qué pasa si falla un pago",
    text: "Lo intentamos otra vez a los tres y a los siete días. La cuenta sigue activa mientras tanto.",
  },
  {
    id: "kb-301",
    category: "integraciones",
    title: "Crear una clave de API",
    text: "Las claves se crean en Claves y se muestran una sola vez. Dales solo los permisos precisos.",
  },
  {
    id: "kb-302",
    category: "integraciones",
    title: "Conectar un cliente MCP",
    text: "Pon la dirección del servidor y tu clave en el cliente; verá las herramientas de tu cuenta.",
  },
  {
    id: "kb-401",
    category: "seguridad",
    title: "Activar el segundo factor",
    text: "En Perfil, Seguridad, escanea el código con tu aplicación y guarda los códigos de rescate.",
  },
  {
    id: "kb-402",
    category: "seguridad",
    title: "Revocar una clave perdida",
    text: "Revoca la clave en cuanto la pierdas: deja de servir en todas partes antes de un segundo.",
  },
];

const input = z.object({
  query: z.string().trim().min(2).max(200),
  category: z.enum(categories).optional(),
  limit: z.int().min(1).max(10).default(3),
});

const unimportant = new Set("de del el en la las los para por que se un una y".split(" "));

/** Words in lower case without accents; a plural in -s counts as its singular. */
function words(text: string): string[] {
  const plain = text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const found = plain.match(/[a-z0-9]+/g) ?? [];
  return found.filter((word) => !unimportant.has(word)).map((word) => word.replace(/s$/, ""));
}

/** How well an article fits: a word of the title counts three times one of the text. */
function score(article: Article, wanted: readonly string[]): number {
  const title = words(article.title);
  const text = words(article.text);
  const hits = wanted.map((word) => (title.includes(word) ? 3 : text.includes(word) ? 1 : 0));
  return hits.reduce<number>((sum, hit) => sum + hit, 0) / (3 * Math.max(1, wanted.length));
}

/** Ranks the articles of the knowledge base by the words that they share with the query. */
export const search = endpoint(input, ({ query, category, limit }) => {
  const wanted = words(query);
  const found = articles
    .filter((article) => category === undefined || article.category === category)
    .map((article) => ({ ...article, score: round(score(article, wanted)) }))
    .filter((article) => article.score > 0)
    .sort((a, b) => b.score - a.score || a.id.localeCompare(b.id));
  return { query, total: found.length, results: found.slice(0, limit) };
});
