/**
 * Does the work, and counts the turns that the event loop takes meanwhile: none, where it is held
 * up until the work is done.
 */
export async function turnsDuring<T>(
  work: () => T | Promise<T>,
): Promise<{ outcome: T; turns: number }> {
  let turns = 0;
  let isDone = false;
  const counting = (async () => {
    while (!isDone) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      turns += 1;
    }
  })();
  const outcome = await work();
  const counted = turns;
  isDone = true;
  await counting;
  return { outcome, turns: counted };
}
