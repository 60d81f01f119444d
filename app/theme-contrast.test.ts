import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = readFileSync(new URL("./globals.css", import.meta.url), "utf8");

const TEXT_RATIO = 4.5;
const SHAPE_RATIO = 3;

const textPairs = [
  ...["background", "card", "popover", "muted", "accent", "sidebar", "sidebar-active"].flatMap(
    (surface) => [
      ["foreground", surface],
      ["muted-foreground", surface],
    ],
  ),
  ["accent-foreground", "accent"],
  ["primary-foreground", "primary"],
  ["primary-foreground", "primary-hover"],
  ["destructive-foreground", "destructive"],
  ["destructive-foreground", "destructive-hover"],
  ...["primary-text", "success", "warning", "destructive-text"].flatMap((tone) => [
    [tone, "card"],
    [tone, "background"],
    [tone, `${tone.replace("-text", "")}-subtle`],
  ]),
] as [string, string][];

const shapePairs = [
  ...["background", "card", "popover"].flatMap((surface) => [
    ["input", surface],
    ["ring", surface],
    ["primary", surface],
  ]),
  ...["1", "2", "3", "4", "5", "6", "danger"].map((name) => [`chart-${name}`, "card"]),
] as [string, string][];

for (const theme of [":root", ".dark"]) {
  const tokens = readTokens(theme);
  const ratio = (a: string, b: string) => contrast(luminance(tokens, a), luminance(tokens, b));

  test.each(textPairs)(`${theme}: text %s on %s reaches WCAG AA`, (text, surface) => {
    expect(ratio(text, surface)).toBeGreaterThanOrEqual(TEXT_RATIO);
  });

  test.each(shapePairs)(`${theme}: shape %s on %s reaches WCAG AA`, (shape, surface) => {
    expect(ratio(shape, surface)).toBeGreaterThanOrEqual(SHAPE_RATIO);
  });
}

type Oklch = [lightness: number, chroma: number, hue: number];

function readTokens(selector: string): Map<string, Oklch> {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf("}", start));
  const found = block.matchAll(/--([\w-]+):\s*oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g);
  return new Map(
    [...found].map(([, name, l, c, h]) => [`${name}`, [Number(l), Number(c), Number(h)]]),
  );
}

/** Relative luminance (WCAG 2.2) of an OKLCH token, by way of linear sRGB. */
function luminance(tokens: Map<string, Oklch>, name: string): number {
  const token = tokens.get(name);
  if (!token) throw new Error(`globals.css defines no --${name}`);
  const [lightness, chroma, hue] = token;
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  const red = clamp(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short);
  const green = clamp(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short);
  const blue = clamp(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
