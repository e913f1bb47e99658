let skips = 0

/**
 * The first kind of a real server that starts. Where none does it says so on standard error, with a count, and gives undefined;
 * with REQUIRE_REAL_SERVERS=1 it throws instead.
 */
export const firstThatStarts = async <Server>(
  what: string,
  kinds: Readonly<Record<string, () => Promise<Server>>>,
  { mendedBy, environment = process.env }: { mendedBy: string; environment?: NodeJS.ProcessEnv },
): Promise<Server | undefined> => {
  const reasons: string[] = []
  for (const [kind, start] of Object.entries(kinds))
    try {
      return await start()
    } catch (error) {
      reasons.push(`${kind}: ${(error as Error).message}`)
    }
  const why = `no ${what} can be had (${reasons.join('; ')}); ${mendedBy}`
  if (environment.REQUIRE_REAL_SERVERS === '1') throw new Error(`REQUIRE_REAL_SERVERS is set and ${why}`)
  skips += 1
  process.stderr.write(`SKIPPED (${skips}): tests on a real ${what}: ${why}\n`)
  return undefined
}
