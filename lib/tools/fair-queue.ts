/** What waits for a turn, by tenant; tenants take turns, whatever each has waiting. */
export class FairQueue<T> {
  #tenants = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  waitingOf(tenant: string): number {
    return this.#tenants.get(tenant)?.length ?? 0;
  }

  /** At the end of its tenant's line, or at its head for what has had a turn already. */
  push(tenant: string, item: T, place: "last" | "first" = "last"): void {
    const line = this.#tenants.get(tenant) ?? [];
    this.#tenants.set(tenant, line);
    if (place === "first") line.unshift(item);
    else line.push(item);
    this.#size += 1;
  }

  /**
   * The first item of the next tenant whose turn it is and whose first item may go; its tenant is
   * then the last in turn. Undefined where none may.
   */
  take(mayGo: (tenant: string, item: T) => boolean): T | undefined {
    for (const [tenant, line] of this.#tenants) {
      const [first] = line;
      if (first === undefined || !mayGo(tenant, first)) continue;
      line.shift();
      this.#size -= 1;
      this.#tenants.delete(tenant);
      if (line.length > 0) this.#tenants.set(tenant, line);
      return first;
    }
    return undefined;
  }

  /** False where the item does not wait any more. */
  remove(tenant: string, item: T): boolean {
    const line = this.#tenants.get(tenant);
    const at = line?.indexOf(item) ?? -1;
    if (!line || at < 0) return false;
    line.splice(at, 1);
    this.#size -= 1;
    if (line.length === 0) this.#tenants.delete(tenant);
    return true;
  }
}
