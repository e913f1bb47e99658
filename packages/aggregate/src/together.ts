/** Waits for many things that were begun beside each other, each by its name. Rejects with the first that does. */
export const together = async <Begun extends Readonly<Record<string, Promise<unknown>>>>(
  begun: Begun,
): Promise<{ [Name in keyof Begun]: Awaited<Begun[Name]> }> => {
  const ended = await Promise.all(Object.entries(begun).map(async ([name, one]) => [name, await one] as const))
  return Object.fromEntries(ended) as { [Name in keyof Begun]: Awaited<Begun[Name]> }
}
