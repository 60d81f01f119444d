import { DetailList } from "#components/shell/detail-list.tsx";
import { ToolResult } from "#components/tools/tool-result.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Code } from "#components/ui/code.tsx";
import { JsonView } from "#components/ui/json-view.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { TaskDetail } from "#lib/tasks/schema.ts";
import { TaskDuration } from "./task-duration.tsx";
import { TaskStatus } from "./task-status.tsx";

/** Who called what with which arguments, and what came of it. */
export function TaskDetails({ task }: { task: TaskDetail }) {
  const { result, error, input_requests } = task;
  return (
    <>
      <DetailList
        items={[
          { label: "Status", value: <TaskStatus task={task} /> },
          ...(task.status_message && !error
            ? [{ label: "Message", value: task.status_message }]
            : []),
          { label: "By", value: `${task.principal_type} ${task.principal_id}` },
          { label: "Started", value: <Timestamp value={task.created_at} absolute /> },
          { label: "Duration", value: <TaskDuration task={task} /> },
          { label: "Kept until", value: <Timestamp value={task.expires_at} absolute /> },
          { label: "Request", value: <Code>{task.request_id}</Code> },
        ]}
      />
      {error && (
        <Alert tone="danger" title="The task failed">
          {error.detail}
        </Alert>
      )}
      <Part title="Arguments" value={task.arguments} />
      {input_requests && <Part title="Waits for the answers to" value={input_requests} />}
      {result && <ToolResult result={result} />}
    </>
  );
}

function Part({ title, value }: { title: string; value: unknown }) {
  return (
    <section className="flex min-w-0 flex-col gap-1.5">
      <h3 className="font-medium text-[0.8125rem]">{title}</h3>
      <JsonView value={value} what={title.toLowerCase()} />
    </section>
  );
}
