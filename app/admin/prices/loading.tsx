import { ListPageSkeleton } from "#components/shell/page-skeletons.tsx";

export default function Loading() {
  return <ListPageSkeleton />;
}
