import type { Row, Sql } from "postgres";

/** Opens a driver of one connection; `onClose` is told when that ends, by whomever. */
export type OpenConnection = (onClose: () => void) => Sql;

/** What runs on a connection that is held; it throws once that is given back or lost. */
export interface Session extends Pick<Sql, "unsafe"> {
  /** The same for the last statement: what comes after it is refused. */
  last: Sql["unsafe"];
}

/** Connections of one role. */
export interface Pool {
  /**
   * Runs one prepared statement, a transaction by itself, on a connection that others use at the
   * same time. `text` is constant, since each connection prepares it once.
   */
  statement(text: string, parameters: readonly unknown[]): Promise<Row[]>;
  /**
   * The same for a short statement that writes nothing: those of one turn of the event loop share a
   * connection, and so a write to its socket. Others might wait there for commits, one by one.
   */
  read(text: string, parameters: readonly unknown[]): Promise<Row[]>;
  /**
   * Runs `work` on a connection that nobody else uses meanwhile. What it leaves open when it throws
   * is rolled back. Rejects with `ConnectionLost` when the server goes away.
   */
  exclusive<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Waits for what runs, a few seconds at most. */
  close(): Promise<void>;
}

/** The server or the network ended the connection; whether the last statement took effect is open. */
class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  readonly code = "CONNECTION_CLOSED";

  constructor() {
    super("The connection to the database was lost");
  }
}

const closeSeconds = 5;
const mostParameters = 65_000;

/**
 * postgres.js counts a statement as sent before it serializes it: one that it cannot serialize would
 * get the answer of the next, which may be another tenant's.
 */
function assertSendable(parameters: readonly unknown[]): void {
  if (parameters.length > mostParameters) throw new RangeError("Too many parameters");
  for (const value of parameters) {
    const isScalar = ["string", "number", "boolean", "bigint"].includes(typeof value);
    const isKnown = value instanceof Date || value instanceof Uint8Array || Array.isArray(value);
    if (value !== null && !isScalar && !isKnown) {
      throw new TypeError(`A parameter of a statement must not be ${typeof value}`);
    }
  }
}

interface Connection {
  sql: Sql;
  inFlight: number;
  isLost: boolean;
}

/**
 * A connection that is lost is never used again: postgres.js would write to a socket that is gone,
 * which ends the process, or keep half a message for the next one (porsager/postgres#1154, #1208).
 */
function connect(open: OpenConnection, onLost: (connection: Connection) => void): Connection {
  const sql = open(() => {
    connection.isLost = true;
    onLost(connection);
  });
  const connection: Connection = { sql, inFlight: 0, isLost: false };
  return connection;
}

/** A statement given to postgres.js; its `state` is null until it is sent. */
type Given = ReturnType<Sql["unsafe"]> & { state?: unknown; reject?(error: Error): void };

interface Shared extends Connection {
  opening: Promise<void>;
  given: Set<Given>;
}

/** With more reads than this in line another connection is quicker, where PostgreSQL has the cores. */
const mostInLine = 16;

/** Connections that many statements share at a time; the least busy one is next. */
function createShared(
  open: OpenConnection,
  size: number,
): Pick<Pool, "statement" | "read" | "close"> {
  const connections = new Set<Shared>();
  let ofThisTurn: Shared | null = null;

  function leastBusy(): Shared {
    let best: Shared | undefined;
    for (const connection of connections) {
      if (!best || connection.inFlight < best.inFlight) best = connection;
    }
    if (best && (best.inFlight === 0 || connections.size >= size)) return best;
    const made = connect(open, onLost);
    // What the driver keeps for a connection that cannot be opened it tries for minutes.
    const opening = made.sql.unsafe("select 1").then(() => undefined);
    const shared = Object.assign(made, { opening, given: new Set<Given>() });
    opening.catch(() => connections.delete(shared));
    connections.add(shared);
    return shared;
  }

  function forReads(): Shared {
    if (!ofThisTurn) setImmediate(() => (ofThisTurn = null));
    else if (!ofThisTurn.isLost && ofThisTurn.inFlight < mostInLine) return ofThisTurn;
    ofThisTurn = leastBusy();
    return ofThisTurn;
  }

  /**
   * What the driver still queues it would run on a reconnect whose first message may never be sent,
   * so that is taken back, and `statement` gives it to another connection. What was sent is rejected
   * by the driver in this turn, or by us.
   */
  function onLost(connection: Connection): void {
    const { given } = connection as Shared;
    connections.delete(connection as Shared);
    if (given) {
      for (const statement of given) if (!statement.state) statement.cancel();
      setImmediate(() => {
        for (const statement of given) statement.reject?.(new ConnectionLost());
      });
    }
    void connection.sql.end({ timeout: closeSeconds });
  }

  async function run(
    choose: () => Shared,
    text: string,
    parameters: readonly unknown[],
  ): Promise<Row[]> {
    assertSendable(parameters);
    for (;;) {
      const connection = choose();
      connection.inFlight += 1;
      let given: Given | undefined;
      try {
        await connection.opening;
        given = connection.sql.unsafe(text, parameters as never[], { prepare: true });
        connection.given.add(given);
        return await given;
      } catch (error) {
        if (!given || given.state || !connection.isLost) throw error;
      } finally {
        connection.inFlight -= 1;
        if (given) connection.given.delete(given);
      }
    }
  }

  return {
    statement: (text, parameters) => run(leastBusy, text, parameters),
    read: (text, parameters) => run(forReads, text, parameters),
    async close() {
      await Promise.all([...connections].map(({ sql }) => sql.end({ timeout: closeSeconds })));
      connections.clear();
    },
  };
}

interface Held extends Connection {
  driver: Pick<Sql, "unsafe">;
  /** Rejects what waits for an answer; null while nobody holds the connection. */
  abandon: ((reason: Error) => void) | null;
}

/** Connections that one caller holds at a time, each opened when none is free. */
function createExclusive(open: OpenConnection, size: number): Pick<Pool, "exclusive" | "close"> {
  const all = new Set<Connection | Held>();
  const idle: Held[] = [];
  const waiting: PromiseWithResolvers<Held>[] = [];

  function onLost(connection: Connection | Held): void {
    if (!all.delete(connection)) return;
    const at = idle.indexOf(connection as Held);
    if (at !== -1) idle.splice(at, 1);
    if ("abandon" in connection) connection.abandon?.(new ConnectionLost());
    void connection.sql.end({ timeout: closeSeconds });
    const next = waiting.shift();
    if (next) make().then(next.resolve, next.reject);
  }

  async function make(): Promise<Held> {
    const { promise: lost, reject } = Promise.withResolvers<never>();
    const connection = connect(open, (gone) => {
      reject(new ConnectionLost());
      onLost(gone);
    });
    all.add(connection);
    // On a connection that is not open yet, or not any more, postgres.js never answers `reserve`.
    const opened = connection.sql.unsafe("select 1").then(() => connection.sql.reserve());
    lost.catch(() => undefined);
    opened.catch(() => undefined);
    const driver = await Promise.race([opened, lost]);
    return Object.assign(connection, { driver, abandon: null });
  }

  function take(): Promise<Held> {
    const held = idle.pop();
    if (held) return Promise.resolve(held);
    if (all.size < size) return make();
    const next = Promise.withResolvers<Held>();
    waiting.push(next);
    return next.promise;
  }

  function give(held: Held): void {
    held.abandon = null;
    if (held.isLost) return;
    const next = waiting.shift();
    if (next) next.resolve(held);
    else idle.push(held);
  }

  function sessionOn(held: Held): { session: Session; end(): void } {
    let isOver = false;
    const unsafe: Sql["unsafe"] = (text, parameters, options) => {
      if (isOver) throw new Error("The transaction has ended");
      if (held.isLost) throw new ConnectionLost();
      assertSendable(parameters ?? []);
      return held.driver.unsafe(text, parameters, options);
    };
    const last: Sql["unsafe"] = (...statement) => {
      const sent = unsafe(...statement);
      isOver = true;
      return sent as never;
    };
    return {
      session: { unsafe, last },
      end() {
        isOver = true;
      },
    };
  }

  return {
    async exclusive<T>(work: (session: Session) => Promise<T>): Promise<T> {
      const held = await take();
      const { session, end } = sessionOn(held);
      const { promise: lost, reject } = Promise.withResolvers<never>();
      held.abandon = reject;
      try {
        return await Promise.race([work(session), lost]);
      } catch (error) {
        end();
        if (!held.isLost) {
          await Promise.race([held.driver.unsafe("rollback"), lost]).catch(() => undefined);
        }
        throw error;
      } finally {
        end();
        give(held);
      }
    },
    async close() {
      const deadline = Date.now() + closeSeconds * 1000;
      while (idle.length < all.size && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await Promise.all([...all].map(({ sql }) => sql.end({ timeout: 0 })));
      all.clear();
      idle.length = 0;
    },
  };
}

/** Opens nothing yet: connections come with the first statements, up to `size` of each sort. */
export function createPool(
  open: OpenConnection,
  size: { shared: number; exclusive: number },
): Pool {
  let isClosed = false;
  const openWhileOpen: OpenConnection = (onClose) => {
    if (isClosed) throw new Error("The connections to the database are closed");
    return open(onClose);
  };
  const shared = createShared(openWhileOpen, size.shared);
  const { exclusive, close } = createExclusive(openWhileOpen, size.exclusive);
  return {
    statement: shared.statement,
    read: shared.read,
    exclusive,
    async close() {
      await Promise.all([shared.close(), close()]);
      isClosed = true;
    },
  };
}
