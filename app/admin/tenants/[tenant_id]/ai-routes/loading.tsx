import { TabSkeleton } from "#components/shell/tab-skeleton.tsx";

export default function Loading() {
  return <TabSkeleton />;
}
