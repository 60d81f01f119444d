/** What the demo prints and counts: headings, checks with ✓ or ✗, and the list of what failed. */
export interface Report {
  section(title: string): void;
  note(text: string): void;
  /** One line; `detail` says what was found. */
  check(label: string, ok: boolean, detail?: string): void;
  /** A check that is counted here and printed by the caller. */
  count(label: string, ok: boolean, detail: string): void;
  /** ✓ or ✗, in color on a terminal. */
  mark(ok: boolean): string;
  readonly passed: number;
  readonly failures: readonly string[];
}

const color = process.stdout.isTTY === true && !process.env.NO_COLOR;

function paint(code: number, text: string): string {
  return color ? `\u001b[${code}m${text}\u001b[0m` : text;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** `1 memory`, `2 memories`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

export function createReport(): Report {
  const failures: string[] = [];
  let passed = 0;
  let heading = "";

  function mark(ok: boolean): string {
    return ok ? paint(32, "✓") : paint(31, "✗");
  }

  function count(label: string, ok: boolean, detail: string): void {
    if (ok) passed += 1;
    else failures.push(`${heading}: ${label}${detail === "" ? "" : ` (${detail})`}`);
  }

  return {
    section(title) {
      heading = title;
      write(`\n${paint(1, title)}`);
    },
    note: (text) => write(`  ${text}`),
    check(label, ok, detail = "") {
      count(label, ok, detail);
      write(`  ${mark(ok)} ${label}${detail === "" ? "" : paint(2, `  ${detail}`)}`);
    },
    count,
    mark,
    get passed() {
      return passed;
    },
    failures,
  };
}
