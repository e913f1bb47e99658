import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { type Bench, median, rounded } from './figure.ts'

const rounds = 5
const stretchSeconds = 3
const connections = 32
const aim = 0.5
const script = fileURLToPath(new URL('./httpServer.ts', import.meta.url))

/** A signed-in read through authenticator, access, schemas, log and trace, beside Express giving the same bytes, each in a process of its own, turn by turn. */
export const http: Bench = {
  name: 'http',
  about: 'a signed-in read through access, log and trace, against bare express with the same answer',
  run: async ({ say }) => {
    const ours = await serve('ours')
    const bare = await serve('bare')
    try {
      if (ours.answer !== bare.answer) throw new Error('The two do not give the same answer')
      const turns: { ours: number; bare: number; p99Ms: number }[] = []
      for (let round = 0; round <= rounds; round += 1) {
        say(round === 0 ? 'warming up' : `round ${round} of ${rounds}`)
        const [mine, theirs] = [await ours.measure(), await bare.measure()]
        if (round > 0) turns.push({ ours: mine.perSecond, bare: theirs.perSecond, p99Ms: mine.p99Ms })
      }
      const ratio = median(turns.map((turn) => turn.ours / turn.bare))
      return [
        {
          bench: 'http',
          what: 'Signed-in reads/s through access, log and trace',
          measured: `${rounded(median(turns.map((turn) => turn.ours)))}/s, ratio ${rounded(ratio)}, p99 ${rounded(median(turns.map(({ p99Ms }) => p99Ms)))} ms`,
          comparedTo: `bare express ${rounded(median(turns.map((turn) => turn.bare)))}/s, the same ${rounded(ours.answer.length)} bytes, ${connections} connections`,
          aim: `ratio ≥ ${aim}`,
          met: ratio >= aim,
        },
      ]
    } finally {
      await Promise.all([ours.stop(), bare.stop()])
    }
  },
}

type Served = { answer: string; measure(): Promise<{ perSecond: number; p99Ms: number }>; stop(): Promise<void> }

const serve = async (which: 'ours' | 'bare'): Promise<Served> => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, which], {
    // Its log lines are nobody's.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [{ url, token }] = (await once(child, 'message')) as [{ url: string; token: string }]
  const headers = { authorization: `Bearer ${token}` }
  const answer = await (await fetch(url, { headers })).text()
  return {
    answer,
    measure: async () => {
      const result = await autocannon({ url, headers, connections, duration: stretchSeconds })
      if (result.non2xx + result.errors > 0) throw new Error(`${which}: ${result.non2xx} answers were refusals and ${result.errors} requests failed`)
      return { perSecond: result.requests.total / result.duration, p99Ms: result.latency.p99 }
    },
    stop: async () => {
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}
