import { systemRuntime } from '@patchwork/runtime'
import { kafkaForTests } from '../testing/src/kafka.ts'
import { kafkaEventLog } from './src/kafka/kafkaEventLog.ts'
import { eventOf } from './src/conformance.ts'
const kafka = (await kafkaForTests())!
const t0 = Date.now()
const say = (...a: unknown[]) => console.log(((Date.now() - t0) / 1000).toFixed(2), ...a)
const logger: any = { debug: (o: any, m: string) => say('  debug', JSON.stringify(o).slice(0, 200), m), warn: (o: any, m: string) => say('warn', JSON.stringify(o), m), error: say }
const log = kafkaEventLog({ brokers: kafka.brokers, clientId: 'x', runtime: systemRuntime, logger })
await log.ensureTopics(['a'])
let got = 0
const sub = await log.subscribe({ group: 'g', topics: ['a'], handler: async () => { got += 1 } })
let n = 0; let on = true
const pub = (async () => { while (on) { n += 1; for (;;) { try { await log.publish([{ topic: 'a', event: eventOf('k', n) }]); break } catch { await new Promise((r) => setTimeout(r, 50)) } } await new Promise((r) => setTimeout(r, 20)) } })()
for (let i = 0; i < 1; i += 1) {
  const b = got; while (got < b + 20) await new Promise((r) => setTimeout(r, 10))
  say('KILL', n, got); await kafka.process!.kill(); await new Promise((r) => setTimeout(r, 1000)); say('START'); await kafka.process!.start(); say('started')
  const nn = n; while (n <= nn + 1) await new Promise((r) => setTimeout(r, 10)); say('publishing again')
  const g = got; while (got < g + 20) await new Promise((r) => setTimeout(r, 10)); say('receiving again')
}
on = false; await pub; say("pub"); await sub.stop(); say("sub"); await log.close(); say("closed"); await kafka.stop(); say("done"); process.exit(0)
