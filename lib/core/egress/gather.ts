/** So many small parts become one: an answer of single bytes would else cost a hundred times its size. */
const mostSmall = 1_024;

/** Gathers the parts of a body. */
export interface ByteGatherer {
  push(chunk: Uint8Array): void;
  whole(): Buffer;
}

export function byteGatherer(): ByteGatherer {
  const merged: Uint8Array[] = [];
  let chunks: Uint8Array[] = [];
  return {
    push(chunk) {
      chunks.push(chunk);
      if (chunks.length < mostSmall) return;
      merged.push(Buffer.concat(chunks));
      chunks = [];
    },
    whole() {
      const [only] = chunks;
      if (only && chunks.length === 1 && merged.length === 0) {
        return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
      }
      return Buffer.concat([...merged, ...chunks]);
    },
  };
}
