import type { Cancel, Runtime } from '@patchwork/runtime'
import type { mongo } from 'mongoose'

/**
 * Calls `onLost` once when the driver's look at a server has ended neither well nor badly within `lostAfterMs`: it waits for ever then, and finds no server any more. A look has two limits of `connectTimeoutMS`, one to connect and one for the answer, so `lostAfterMs` is to be longer than both.
 */
export const watchLooks = (
  client: Pick<mongo.MongoClient, 'on' | 'off'>,
  { runtime, lostAfterMs, onLost }: { runtime: Pick<Runtime, 'after'>; lostAfterMs: number; onLost: () => void },
): void => {
  const underWay = new Map<string, Cancel>()
  const ended = ({ connectionId }: { connectionId: string }) => {
    underWay.get(connectionId)?.()
    underWay.delete(connectionId)
  }
  const started = ({ connectionId }: { connectionId: string }) => {
    ended({ connectionId })
    const late = runtime.after(lostAfterMs, () => {
      stop()
      onLost()
    })
    underWay.set(connectionId, late)
  }
  const closed = ({ address }: { address: string }) => ended({ connectionId: address })
  const stop = () => {
    client.off('serverHeartbeatStarted', started).off('serverHeartbeatSucceeded', ended).off('serverHeartbeatFailed', ended).off('serverClosed', closed)
    for (const cancel of underWay.values()) cancel()
    underWay.clear()
  }
  client.on('serverHeartbeatStarted', started).on('serverHeartbeatSucceeded', ended).on('serverHeartbeatFailed', ended).on('serverClosed', closed)
}
