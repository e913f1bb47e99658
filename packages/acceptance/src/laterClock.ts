// Loaded into a place before anything else (`--import`), it moves that process's clock on by whole days: what a week brings is there to be seen in
// a browser, and the place itself knows nothing of it. Timers keep their pace.

const variable = 'DAYS_LATER'
const dayMs = 86_400_000

/** The environment in which a place lives this many days from now. */
export const daysLater = (days: number): Record<string, string> => ({
  NODE_OPTIONS: `--import ${import.meta.url}`,
  [variable]: String(days),
})

const days = Number(process.env[variable] ?? 0)
if (days !== 0) {
  const now = Date.now
  Date.now = () => now() + days * dayMs
  globalThis.Date = new Proxy(Date, {
    construct: (clock, given, asked) => Reflect.construct(clock, given.length === 0 ? [clock.now()] : given, asked),
  })
}
