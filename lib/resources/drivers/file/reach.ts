import { type Conditions, isWithin } from "../../access/conditions.ts";

/** Whether a grant lets its holder at a path. */
export function reaches(limits: readonly Conditions[], path: string): boolean {
  return limits.some(({ path_prefix }) => path_prefix === undefined || isWithin(path_prefix, path));
}

/** Whether a folder lies within what a grant lets its holder at, or leads there. */
export function leadsTo(limits: readonly Conditions[], folder: string): boolean {
  if (folder === "" || reaches(limits, folder)) return true;
  return limits.some(({ path_prefix }) => path_prefix?.startsWith(`${folder}/`) ?? true);
}
