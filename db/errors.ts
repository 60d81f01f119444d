import postgres from "postgres";

/** PostgreSQL's error behind a thrown value, through Drizzle's wrapper; undefined when it is none. */
export function postgresError(error: unknown): postgres.PostgresError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof postgres.PostgresError) return at;
  }
  return undefined;
}

/** The constraint that an insert or update broke by a duplicate, or undefined. */
export function uniqueViolation(error: unknown): string | undefined {
  const found = postgresError(error);
  return found?.code === "23505" ? found.constraint_name : undefined;
}

/** The foreign key whose row is missing, or undefined. */
export function foreignKeyViolation(error: unknown): string | undefined {
  const found = postgresError(error);
  return found?.code === "23503" ? found.constraint_name : undefined;
}
