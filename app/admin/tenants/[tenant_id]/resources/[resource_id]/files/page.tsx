import type { Metadata } from "next";
import { openDriven, type ResourceParams } from "../open-resource.ts";
import { FileBrowser } from "./file-browser.tsx";

export const metadata: Metadata = { title: "Files" };

export default async function ResourceFilesPage({ params }: { params: ResourceParams }) {
  const { resource } = await openDriven(params, ["folder", "bucket"]);
  return <FileBrowser resource={resource} />;
}
