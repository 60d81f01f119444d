export { TabSkeleton as default } from "#components/shell/tab-skeleton.tsx";
